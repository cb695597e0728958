using System.Buffers;
using System.Text;

namespace DynamicSampling.Sampler.Decisions;

/// <summary>The member <c>ot</c> of a W3C trace state, in which OpenTelemetry keeps the threshold (<c>th</c>) and randomness of its own (<c>rv</c>).</summary>
internal static class TraceState
{
    // Of the W3C recommendation: how many members there may be, and how long the value of each.
    private const int MaxMembers = 32;
    private const int MaxValue = 256;
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    /// <summary>The randomness that the trace was given, which then counts instead of its id; empty when it was given none.</summary>
    public static ReadOnlySpan<char> RandomnessOf(ReadOnlySpan<char> traceState)
    {
        var rest = MemberOf(traceState);
        while (!rest.IsEmpty)
        {
            var part = Next(ref rest, ';');
            if (part.StartsWith("rv:", StringComparison.Ordinal))
                return part.Length == 3 + Threshold.Digits && !part[3..].ContainsAnyExcept(LowerHex) ? part[3..] : default;
        }

        return default;
    }

    /// <summary>The trace state with another threshold, or without one. Everything else in it stays, as far as there is room.</summary>
    /// <param name="traceState">The trace state as it came.</param>
    /// <param name="threshold">What stands behind <c>th:</c>; null for none.</param>
    public static string With(ReadOnlySpan<char> traceState, string? threshold)
    {
        var result = new StringBuilder(traceState.Length + 24);
        if (threshold is not null)
            result.Append("ot=th:").Append(threshold);
        // Randomness first, so that what nobody here knows cannot take its room.
        var own = MemberOf(traceState);
        AppendParts(result, own, areRandomness: true);
        AppendParts(result, own, areRandomness: false);

        // What was changed comes first, as the recommendation has it.
        var members = result.Length == 0 ? 0 : 1;
        while (!traceState.IsEmpty)
        {
            var member = Next(ref traceState, ',').Trim(" \t");
            if (member.IsEmpty || member.StartsWith("ot=", StringComparison.Ordinal))
                continue;
            if (++members > MaxMembers)
                break;
            if (members > 1)
                result.Append(',');
            result.Append(member);
        }

        return result.ToString();
    }

    private static void AppendParts(StringBuilder result, ReadOnlySpan<char> own, bool areRandomness)
    {
        while (!own.IsEmpty)
        {
            var part = Next(ref own, ';');
            if (part.IsEmpty || part.StartsWith("th:", StringComparison.Ordinal) || part.StartsWith("rv:", StringComparison.Ordinal) != areRandomness)
                continue;
            var separator = result.Length == 0 ? "ot=" : ";";
            if (result.Length + separator.Length + part.Length <= "ot=".Length + MaxValue)
                result.Append(separator).Append(part);
        }
    }

    private static ReadOnlySpan<char> MemberOf(ReadOnlySpan<char> traceState)
    {
        while (!traceState.IsEmpty)
        {
            var member = Next(ref traceState, ',').Trim(" \t");
            if (member.StartsWith("ot=", StringComparison.Ordinal))
                return member[3..];
        }

        return default;
    }

    private static ReadOnlySpan<char> Next(scoped ref ReadOnlySpan<char> rest, char separator)
    {
        var end = rest.IndexOf(separator);
        var part = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return part;
    }
}
