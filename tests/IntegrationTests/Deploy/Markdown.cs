using System.Text.RegularExpressions;

namespace DynamicSampling.IntegrationTests.Deploy;

internal static partial class Markdown
{
    /// <summary>What links to the headings of a text are called, as GitHub makes them.</summary>
    public static IReadOnlySet<string> Anchors(string text) => HeadingPattern().Matches(text)
        .Select(match => string.Concat(match.Groups["heading"].Value.Trim().ToLowerInvariant()
            .Where(character => char.IsLetterOrDigit(character) || character is ' ' or '-' or '_')).Replace(' ', '-'))
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>The settings in the table of docs/settings.md; one that ends with * stands for all that begin so.</summary>
    public static IReadOnlyList<string> Settings(string text) =>
        [.. RowPattern().Matches(text).SelectMany(row => CodePattern().Matches(row.Groups["cell"].Value)).Select(code => code.Groups["code"].Value)];

    [GeneratedRegex("^#+ (?<heading>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HeadingPattern();

    [GeneratedRegex(@"^\|(?<cell>[^|]*)\|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RowPattern();

    [GeneratedRegex("`(?<code>[^`]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CodePattern();
}
