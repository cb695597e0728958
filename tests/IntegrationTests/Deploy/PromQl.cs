using System.Text.RegularExpressions;

namespace DynamicSampling.IntegrationTests.Deploy;

/// <summary>What a PromQL expression names: series with their labels, and the labels that it groups by.</summary>
internal sealed partial record PromQl(IReadOnlyList<PromQl.Selector> Selectors, IReadOnlyList<string> GroupLabels)
{
    /// <exception cref="FormatException">A name stands alone, where a series is to have its labels in braces.</exception>
    public static PromQl Read(string expression)
    {
        List<Selector> selectors = [];
        var rest = SelectorPattern().Replace(expression, match =>
        {
            selectors.Add(new(
                match.Groups["name"].Value,
                [.. MatcherPattern().Matches(match.Groups["labels"].Value)
                    .Select(matcher => new Matcher(matcher.Groups["label"].Value, matcher.Groups["value"].Value))]));
            return " ";
        });
        var groups = new List<string>();
        rest = GroupPattern().Replace(rest, match =>
        {
            groups.AddRange(match.Groups["labels"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
            return " ";
        });
        // What is left are functions and operators.
        var bare = BareName().Matches(rest).FirstOrDefault(match => match.Value is not ("and" or "or" or "unless" or "offset" or "bool"));
        return bare is null ? new(selectors, groups) : throw new FormatException($"'{bare.Value}' stands alone in: {expression}");
    }

    [GeneratedRegex("""(?<name>[A-Za-z_:][\w:]*)\s*\{(?<labels>(?:[^{}"]|"[^"]*")*)\}""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SelectorPattern();

    [GeneratedRegex("""(?<label>[A-Za-z_]\w*)\s*(?:=~|!=|!~|=)\s*"(?<value>[^"]*)\x22""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MatcherPattern();

    [GeneratedRegex("""\b(?:by|on|without|ignoring)\s*\((?<labels>[^)]*)\)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex GroupPattern();

    [GeneratedRegex("""(?<![\w.\[])[A-Za-z_:][\w:]*\b(?!\s*\()""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex BareName();

    internal sealed record Selector(string Name, IReadOnlyList<Matcher> Matchers);

    internal sealed record Matcher(string Label, string Value);
}
