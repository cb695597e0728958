using System.Text.RegularExpressions;

namespace DynamicSampling.IntegrationTests.Deploy;

/// <summary>A variable that no setting has does nothing and says nothing, so each is looked up.</summary>
public sealed partial class SettingsNamesTests
{
    [Fact]
    public void Variables_OfEveryFile_AreDocumentedSettings()
    {
        var names = Repository.DeployFiles().SelectMany(file => Names(Repository.Read(file))).ToHashSet(StringComparer.Ordinal);

        Assert.Superset(new HashSet<string>(StringComparer.Ordinal) { "Storage__Provider", "Cluster__Node", "ConnectionStrings__DynamicSampling" }, names);
        Assert.Empty(Unknown(names, Repository.Read("docs/settings.md")));
    }

    [Fact]
    public void Variables_OfASpoiltCopy_AreFound()
    {
        var names = Names(Repository.Read("deploy/compose.yaml").Replace("Storage__Provider", "Storage__Kind", StringComparison.Ordinal));

        Assert.Equal(["Storage__Kind"], Unknown(names, Repository.Read("docs/settings.md")));
    }

    private static IEnumerable<string> Names(string file) => NamePattern().Matches(file).Select(match => match.Value);

    private static IEnumerable<string> Unknown(IEnumerable<string> names, string settings)
    {
        var documented = Markdown.Settings(settings);
        return names.Where(name =>
        {
            var key = name.Replace("__", ":", StringComparison.Ordinal);
            return !documented.Any(setting => setting.EndsWith('*')
                ? key.StartsWith(setting[..^1], StringComparison.Ordinal)
                : string.Equals(key, setting, StringComparison.Ordinal));
        });
    }

    [GeneratedRegex(@"\b[A-Za-z]+(__[A-Za-z]+)+\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamePattern();
}
