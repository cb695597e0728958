using System.Text;

namespace DynamicSampling.IntegrationTests.Fuzz;

/// <summary>A request as it stands on the wire.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">Path and query, percent-encoded or not.</param>
/// <param name="Headers">Headers, some of which may come twice.</param>
/// <param name="Body">The body; null for none.</param>
internal sealed record FuzzRequest(string Method, string Target, IReadOnlyList<(string Name, string Value)> Headers, byte[]? Body)
{
    private const int Shown = 4000;

    /// <summary>All that it takes to send it again.</summary>
    public override string ToString()
    {
        var text = new StringBuilder($"{Method} {Target}\n");
        foreach (var (name, value) in Headers)
            text.Append(name).Append(": ").Append(value.Length > Shown ? $"{value[..Shown]}… ({value.Length} characters)" : value).Append('\n');
        if (Body is null)
            return text.ToString();
        var isText = Body.AsSpan().IndexOfAnyInRange<byte>(0, 8) < 0 && Encoding.UTF8.GetString(Body) is var body && !body.Contains('\uFFFD', StringComparison.Ordinal);
        var shown = isText ? Encoding.UTF8.GetString(Body) : Convert.ToHexString(Body);
        return text.Append(isText ? "" : "hex: ").Append(shown.Length > Shown ? $"{shown[..Shown]}… ({Body.Length} bytes)" : shown).ToString();
    }
}
