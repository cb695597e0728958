using System.Buffers;
using System.Text;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Ingest.Otlp;

/// <summary>Makes names of what clients send. Nothing is refused: what a name must not have is replaced, and what is too long is cut.</summary>
internal static class OtlpNames
{
    public const string UnknownService = "unknown_service";
    public const string UnknownTransaction = "unknown";

    /// <summary>As many characters as a name may need before it is cut.</summary>
    public const int BufferLength = MaxBytes;

    // A character of UTF-16 has at most three bytes in UTF-8; one more character, to see whether a pair is cut.
    private const int MaxBytes = (Names.MaxLength + 1) * 3;

    // Control characters, as char.IsControl has them.
    private static readonly SearchValues<char> Control = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(code => (char)code), .. Enumerable.Range(0x7F, 0x21).Select(code => (char)code)]);

    /// <summary>The name of a service as it would be, had it come in a span.</summary>
    public static string OfService(string service) => Clean(service, UnknownService);

    /// <summary>The name of a transaction as it would be, had it come in a span.</summary>
    public static string OfTransaction(string transaction) => Clean(transaction, UnknownTransaction);

    /// <summary>Decodes a name.</summary>
    /// <param name="utf8">The bytes, in what should be UTF-8.</param>
    /// <param name="unknown">What stands for a name that is empty or cannot be one.</param>
    /// <param name="buffer">At least <see cref="BufferLength"/> characters.</param>
    /// <returns>The name, in the buffer or the one that stands for it.</returns>
    public static ReadOnlySpan<char> Decode(ReadOnlySpan<byte> utf8, string unknown, Span<char> buffer)
    {
        if (utf8.IsEmpty)
            return unknown;
        // What is not UTF-8 becomes U+FFFD.
        var length = Encoding.UTF8.GetChars(utf8[..Math.Min(utf8.Length, MaxBytes)], buffer);
        if (length > Names.MaxLength)
            length = char.IsHighSurrogate(buffer[Names.MaxLength - 1]) ? Names.MaxLength - 1 : Names.MaxLength;
        var name = buffer[..length];
        for (var i = name.IndexOfAny(Control); i >= 0; i = name.IndexOfAny(Control))
            name[i] = '\uFFFD';
        return name is "." or ".." ? unknown : name;
    }

    private static string Clean(string name, string unknown)
    {
        if (Names.Check(name) is null)
            return name;
        Span<char> buffer = stackalloc char[BufferLength];
        return Decode(Encoding.UTF8.GetBytes(name), unknown, buffer).ToString();
    }
}
