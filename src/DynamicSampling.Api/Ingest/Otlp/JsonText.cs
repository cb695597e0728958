using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace DynamicSampling.Api.Ingest.Otlp;

/// <summary>
/// Strings in JSON. Those of System.Text.Json fail at bytes that are not UTF-8 and at halves of surrogate pairs; a name that is spoilt
/// in one span is no reason to lose all the others.
/// </summary>
internal static class JsonText
{
    /// <summary>Resolves the escapes of a string, which are known to be well-formed. Half a surrogate pair becomes U+FFFD.</summary>
    /// <param name="escaped">What stands between the quotes.</param>
    /// <returns>Bytes of their own.</returns>
    public static ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> escaped)
    {
        // No escape is shorter than the UTF-8 of what it stands for.
        var text = new byte[escaped.Length];
        var length = 0;
        while (escaped.IndexOf((byte)'\\') is var plain and >= 0)
        {
            escaped[..plain].CopyTo(text.AsSpan(length));
            length += plain;
            escaped = escaped[plain..];
            if (escaped[1] != (byte)'u')
            {
                text[length++] = Short(escaped[1]);
                escaped = escaped[2..];
                continue;
            }

            var first = (char)CodeUnit(escaped);
            escaped = escaped[6..];
            if (!Rune.TryCreate(first, out var rune))
            {
                if (escaped.StartsWith("\\u"u8) && Rune.TryCreate(first, (char)CodeUnit(escaped), out rune))
                    escaped = escaped[6..];
                else
                    rune = Rune.ReplacementChar;
            }

            length += rune.EncodeToUtf8(text.AsSpan(length));
        }

        escaped.CopyTo(text.AsSpan(length));
        return text.AsSpan(0, length + escaped.Length);
    }

    /// <summary>A number that is written as a string.</summary>
    /// <returns>Null when it is none.</returns>
    public static double? Number(ReadOnlySpan<byte> text) => Utf8Parser.TryParse(text, out double number, out var read) && read == text.Length ? number : null;

    private static ushort CodeUnit(ReadOnlySpan<byte> escape) =>
        ushort.Parse(escape.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static byte Short(byte letter) => letter switch
    {
        (byte)'b' => (byte)'\b',
        (byte)'f' => (byte)'\f',
        (byte)'n' => (byte)'\n',
        (byte)'r' => (byte)'\r',
        (byte)'t' => (byte)'\t',
        (byte)'"' or (byte)'\\' or (byte)'/' => letter,
        _ => throw new UnreachableException(),
    };
}
