namespace DynamicSampling.Tasks.Sampling.Rules;

/// <summary>Matches patterns of <c>*</c> and <c>?</c>, ignoring case, without allocating.</summary>
internal static class Glob
{
    public static bool IsMatch(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        // Most patterns are a word with a star before or after it, which a plain search finds much faster.
        var word = pattern.Trim('*');
        if (word.ContainsAny('*', '?'))
            return IsMatchStepByStep(pattern, text);
        var isOpenBefore = pattern.StartsWith('*');
        var isOpenAfter = pattern.EndsWith('*');
        if (word.IsEmpty)
            return isOpenBefore || text.IsEmpty;
        return (isOpenBefore, isOpenAfter) switch
        {
            (true, true) => text.Contains(word, StringComparison.OrdinalIgnoreCase),
            (true, false) => text.EndsWith(word, StringComparison.OrdinalIgnoreCase),
            (false, true) => text.StartsWith(word, StringComparison.OrdinalIgnoreCase),
            (false, false) => text.Equals(word, StringComparison.OrdinalIgnoreCase),
        };
    }

    // Only the last star is ever tried again: what the ones before it took first is as good as any other choice. So the time
    // is at most length of the pattern times length of the text, whatever the pattern.
    private static bool IsMatchStepByStep(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        var (p, t) = (0, 0);
        var (afterStar, taken) = (-1, 0);
        while (t < text.Length)
        {
            var expected = p < pattern.Length ? pattern[p] : '\0';
            if (p < pattern.Length && expected == '*')
            {
                afterStar = ++p;
                taken = t;
            }
            else if (p < pattern.Length && expected == '?')
            {
                p++;
                t += t + 1 < text.Length && char.IsSurrogatePair(text[t], text[t + 1]) ? 2 : 1;
            }
            else if (p < pattern.Length && (expected == text[t] || char.ToUpperInvariant(expected) == char.ToUpperInvariant(text[t])))
            {
                p++;
                t++;
            }
            else if (afterStar >= 0)
            {
                p = afterStar;
                t = ++taken;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].Trim('*').IsEmpty;
    }
}
