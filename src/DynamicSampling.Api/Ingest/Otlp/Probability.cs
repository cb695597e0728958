using System.Buffers;
using System.Buffers.Text;
using System.Globalization;

namespace DynamicSampling.Api.Ingest.Otlp;

/// <summary>The probability with which a client says that it kept a span.</summary>
internal static class Probability
{
    private const int ThresholdDigits = 14;
    private const ulong Scale = 1UL << 56;
    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    /// <summary>
    /// OpenTelemetry's probability sampling: <c>ot=th:HEX</c> in the trace state. The hexadecimal digits, filled up with zeros on the
    /// right to 14, are a threshold T of 2^56, and the probability is 1 − T / 2^56.
    /// </summary>
    /// <returns>Null when the trace state has no threshold that can be read.</returns>
    public static double? OfTraceState(ReadOnlySpan<byte> traceState)
    {
        while (!traceState.IsEmpty)
        {
            var end = traceState.IndexOf((byte)',');
            var member = (end < 0 ? traceState : traceState[..end]).Trim(" \t"u8);
            traceState = end < 0 ? default : traceState[(end + 1)..];
            if (member.StartsWith("ot="u8))
                return OfMember(member[3..]);
        }

        return null;
    }

    /// <summary>A probability as an attribute gives it, in digits.</summary>
    public static double? OfText(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out double value, out var read) && read == text.Length ? OfNumber(value) : null;

    /// <summary>A probability from 0, excluded, to 1; null for any other number.</summary>
    public static double? OfNumber(double value) => value is > 0 and <= 1 ? value : null;

    /// <summary>One in N.</summary>
    public static double? OfOneIn(double count) => count >= 1 && double.IsFinite(count) ? 1 / count : null;

    private static double? OfMember(ReadOnlySpan<byte> member)
    {
        while (!member.IsEmpty)
        {
            var end = member.IndexOf((byte)';');
            var part = end < 0 ? member : member[..end];
            member = end < 0 ? default : member[(end + 1)..];
            if (part.StartsWith("th:"u8))
                return OfThreshold(part[3..]);
        }

        return null;
    }

    private static double? OfThreshold(ReadOnlySpan<byte> digits)
    {
        // Parsing alone would also take a zero byte at the end.
        if (digits.Length is 0 or > ThresholdDigits || digits.ContainsAnyExcept(HexDigits))
            return null;
        var threshold = ulong.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        threshold <<= 4 * (ThresholdDigits - digits.Length);
        // The difference is taken before it is rounded: the greatest threshold would else mean never.
        return (Scale - threshold) / (double)Scale;
    }
}
