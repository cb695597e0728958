namespace DynamicSampling.IntegrationTests.Deploy;

/// <summary>deploy/Dockerfile, read: there is no engine here to build it.</summary>
public sealed class DockerfileTests
{
    private const string Path = "deploy/Dockerfile";

    [Fact]
    public void Dockerfile_AsItIs_HasNothingWrong() => Assert.Empty(Dockerfile.Read(Repository.Read(Path)).Problems(Repository.PathOf("")));

    [Theory]
    [InlineData("USER $APP_UID", "", "runs as root")]
    [InlineData("USER $APP_UID", "USER root", "runs as root")]
    [InlineData("[\"dotnet\", \"DynamicSampling.Api.dll\"]", "dotnet DynamicSampling.Api.dll", "exec form")]
    [InlineData("aspnet:10.0-noble-chiseled", "aspnet:10.0", "chiselled")]
    [InlineData("VOLUME /data", "HEALTHCHECK CMD curl -f localhost:5000/health/live", "no shell")]
    [InlineData(" --locked-mode", "", "not locked")]
    [InlineData("global.json Directory", "globals.json Directory", "no globals.json")]
    public void Dockerfile_SpoiltCopy_IsFound(string text, string spoilt, string problem)
    {
        var file = Repository.Read(Path);
        Assert.Contains(text, file, StringComparison.Ordinal);

        var problems = Dockerfile.Read(file.Replace(text, spoilt, StringComparison.Ordinal)).Problems(Repository.PathOf(""));

        Assert.Contains(problems, found => found.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public void Dockerignore_LetsInWhatIsCopied_AndNoSecrets()
    {
        var allowed = Repository.Read(".dockerignore").Split('\n').Where(line => line.StartsWith('!')).Select(line => line[1..]).ToList();
        var copied = Dockerfile.Read(Repository.Read(Path)).Stages[0]
            .Where(instruction => instruction.Name is "COPY")
            .SelectMany(instruction => instruction.Arguments.Split(' ')[..^1])
            .Select(source => source.Split('/')[0])
            .ToHashSet(StringComparer.Ordinal);

        Assert.Contains("*", Repository.Read(".dockerignore").Split('\n'));
        Assert.Equal(copied.Order(StringComparer.Ordinal), allowed.Order(StringComparer.Ordinal));
    }
}
