using System.Buffers;

namespace DynamicSampling.Sampler;

/// <summary>Which names an operation may have; the service's rule.</summary>
internal static class OperationNames
{
    public const int MaxLength = 200;

    /// <summary>The operations that are not told apart.</summary>
    public const string Other = "__other__";

    private static readonly SearchValues<char> Control = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(code => (char)code), .. Enumerable.Range(0x7F, 0x21).Select(code => (char)code)]);

    public static bool AreGood(string? name) =>
        name is not (null or "" or "." or "..") && name.Length <= MaxLength && !name.AsSpan().ContainsAny(Control) && !HasLoneSurrogate(name);

    private static bool HasLoneSurrogate(string name)
    {
        for (var i = name.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF'); i >= 0 && i < name.Length; i++)
        {
            if (!char.IsSurrogate(name[i]))
                continue;
            if (i + 1 == name.Length || !char.IsSurrogatePair(name[i], name[i + 1]))
                return true;
            i++;
        }

        return false;
    }
}
