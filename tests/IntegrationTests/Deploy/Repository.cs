namespace DynamicSampling.IntegrationTests.Deploy;

/// <summary>The files of the repository that the tests were built from.</summary>
internal static class Repository
{
    private static readonly string Root = FindRoot();

    /// <summary>Where it is on this machine; the path is relative to the repository's root.</summary>
    public static string PathOf(string path) => Path.Combine(Root, path);

    public static string Read(string path) => File.ReadAllText(PathOf(path));

    /// <summary>What deploy/ has, as paths from the repository's root.</summary>
    public static IReadOnlyList<string> DeployFiles() =>
        [.. Directory.EnumerateFiles(PathOf("deploy")).Select(file => "deploy/" + Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DynamicSampling.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"There is no DynamicSampling.sln above {AppContext.BaseDirectory}.");
    }
}
