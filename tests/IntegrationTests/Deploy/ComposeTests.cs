using System.Text.Json.Nodes;
using YamlDotNet.Core;

namespace DynamicSampling.IntegrationTests.Deploy;

/// <summary>deploy/compose.yaml, read: there is no engine here to run it.</summary>
public sealed class ComposeTests
{
    private const string Path = "deploy/compose.yaml";

    [Fact]
    public void Compose_AsItIs_HasNothingWrong() => Assert.Empty(Problems(Repository.Read(Path)));

    [Theory]
    [InlineData("Cluster__Node: node-b", "Cluster__Node: node-a", "the same name")]
    [InlineData("\"127.0.0.1:5001:5000\"", "\"5001:5000\"", "everybody")]
    [InlineData("condition: service_healthy", "condition: service_started", "before the database is ready")]
    [InlineData("stop_grace_period: 40s", "stop_grace_period: 10s", "time to stop")]
    [InlineData("Storage__Provider: postgres", "Storage__Provider: sqlite", "PostgreSQL")]
    [InlineData("PGPASSWORD: ${POSTGRES_PASSWORD:?", "PGPASSWORD: hunter2 # ${POSTGRES_PASSWORD:?", "password")]
    [InlineData("Authentication__ApiKeys__root__Key: ${API_KEY:?", "Authentication__AllowAnonymous: \"true\" # ${API_KEY:?", "key")]
    public void Compose_SpoiltCopy_IsFound(string text, string spoilt, string problem)
    {
        var file = Repository.Read(Path);
        Assert.Contains(text, file, StringComparison.Ordinal);

        Assert.Contains(Problems(file.Replace(text, spoilt, StringComparison.Ordinal)), found => found.Contains(problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("POSTGRES_PASSWORD=")]
    [InlineData("API_KEY=")]
    public void EnvironmentExample_HasNoSecret(string line) => Assert.Contains(line, Repository.Read("deploy/.env.example").Split('\n'));

    [Fact]
    public void Yaml_OfEveryFile_IsRead() =>
        Assert.All(Repository.DeployFiles().Where(file => file.EndsWith(".yaml", StringComparison.Ordinal)), file => Assert.NotEqual(0, Yaml.CountDocuments(Repository.Read(file))));

    [Theory]
    [InlineData("services:\n\tdatabase: {}")]
    [InlineData("services: {a: 1")]
    public void Yaml_ThatIsNone_IsFound(string text) => Assert.ThrowsAny<YamlException>(() => Yaml.CountDocuments(text));

    [Fact]
    public void Yaml_KeyTwice_IsFound() => Assert.ThrowsAny<YamlException>(() => Yaml.Read("a: 1\na: 2"));

    private static List<string> Problems(string file)
    {
        List<string> problems = [];
        var services = Yaml.Read(file)["services"]!.AsObject();
        var nodes = services.Where(service => service.Key is not "database").Select(service => service.Value!).ToList();
        if (nodes.DistinctBy(node => Text(node["environment"], "Cluster__Node")).Count() < Math.Max(2, nodes.Count))
            problems.Add("Two nodes have the same name.");
        foreach (var node in nodes)
        {
            if (Text(node["environment"], "Storage__Provider") is not "postgres")
                problems.Add("Nodes share nothing but PostgreSQL.");
            if (!Text(node["environment"], "PGPASSWORD").StartsWith("${POSTGRES_PASSWORD:?", StringComparison.Ordinal))
                problems.Add("The password is in the file, or may be missing.");
            if (!Text(node["environment"], "Authentication__ApiKeys__root__Key").StartsWith("${API_KEY:?", StringComparison.Ordinal) || node["environment"]?["Authentication__AllowAnonymous"] is not null)
                problems.Add("Nobody is asked for a key, or the key is in the file.");
            if (Text(node["depends_on"]?["database"], "condition") is not "service_healthy" || services["database"]!["healthcheck"] is null)
                problems.Add("A node starts before the database is ready.");
            if (Text(node, "stop_grace_period") is not "40s")
                problems.Add("A node has less time to stop than it takes.");
        }

        problems.AddRange(services
            .SelectMany(service => service.Value!["ports"]?.AsArray().Select(port => port!.GetValue<string>()) ?? [])
            .Where(port => !port.StartsWith("127.0.0.1:", StringComparison.Ordinal))
            .Select(port => $"{port} is published to everybody."));
        return problems;
    }

    private static string Text(JsonNode? node, string member) => node?[member]?.GetValue<string>() ?? "";
}
