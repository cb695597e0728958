using System.Text.RegularExpressions;

namespace DynamicSampling.IntegrationTests.Deploy;

/// <summary>Whoever is woken at night follows links, and has no time to look for what they meant.</summary>
public sealed partial class LinksTests
{
    [Theory]
    [InlineData("docs/operations.md")]
    [InlineData("deploy/README.md")]
    public void Links_LeadToFilesAndHeadings(string path) => Assert.Empty(Broken(path, Repository.Read(path)));

    [Fact]
    public void Links_OfASpoiltCopy_AreFound() =>
        Assert.Equal(
            ["settings.txt", "#a-disk-is-full"],
            Broken("docs/operations.md", "[a](settings.txt) [b](#a-disk-is-full) [c](settings.md#biases) [d](https://example.com)\n\n# The disk is full"));

    private static IEnumerable<string> Broken(string path, string text) => LinkPattern().Matches(text)
        .Select(match => match.Groups["target"].Value)
        .Where(target => !target.StartsWith("https:", StringComparison.Ordinal) && !Exists(path, text, target));

    private static bool Exists(string path, string text, string target)
    {
        var parts = target.Split('#');
        var file = parts[0].Length == 0 ? path : Path.Combine(Path.GetDirectoryName(path)!, parts[0]);
        if (!File.Exists(Repository.PathOf(file)))
            return false;
        return parts.Length == 1 || Markdown.Anchors(parts[0].Length == 0 ? text : Repository.Read(file)).Contains(parts[1]);
    }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LinkPattern();
}
