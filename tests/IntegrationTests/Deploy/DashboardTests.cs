using System.Text.Json.Nodes;

namespace DynamicSampling.IntegrationTests.Deploy;

/// <summary>deploy/grafana-dashboard.json: whether Grafana can import it, and whether its panels can show anything.</summary>
public sealed class DashboardTests
{
    private const string Path = "deploy/grafana-dashboard.json";

    [Fact]
    public async Task Dashboard_AsItIs_HasNothingWrong() =>
        Assert.Empty(Problems(JsonNode.Parse(Repository.Read(Path))!, await ServiceSeries.ReadAsync()));

    [Theory]
    [InlineData("\"id\": 2,", "\"id\": 3,", "panel 3 is there twice")]
    [InlineData("\"type\": \"datasource\"", "\"type\": \"custom\"", "no variable for the data source")]
    [InlineData("\"uid\": \"${datasource}\"", "\"uid\": \"P1809F7CD0C75ACF3\"", "another data source")]
    [InlineData("dynamic_sampling_serving_polls_total", "dynamic_sampling_polls_total", "The service sends no dynamic_sampling_polls_total.")]
    [InlineData("dotnet_gc_pause_time_seconds_total", "process_gc_seconds", "The service sends no process_gc_seconds.")]
    public async Task Dashboard_SpoiltCopy_IsFound(string text, string spoilt, string problem)
    {
        var file = Repository.Read(Path);
        Assert.Contains(text, file, StringComparison.Ordinal);

        var problems = Problems(JsonNode.Parse(file.Replace(text, spoilt, StringComparison.Ordinal))!, await ServiceSeries.ReadAsync());

        Assert.Contains(problems, found => found.Contains(problem, StringComparison.Ordinal));
    }

    private static List<string> Problems(JsonNode dashboard, ServiceSeries series)
    {
        List<string> problems = [];
        var panels = dashboard["panels"]!.AsArray().Select(panel => panel!).ToList();
        problems.AddRange(panels.CountBy(panel => panel["id"]!.GetValue<int>()).Where(id => id.Value > 1).Select(id => $"The id of panel {id.Key} is there twice."));
        if (!dashboard["templating"]!["list"]!.AsArray().Any(variable => Is(variable!, "type", "datasource") && Is(variable!, "name", "datasource")))
            problems.Add("There is no variable for the data source.");
        foreach (var panel in panels.Where(panel => !Is(panel, "type", "row")))
        {
            var targets = panel["targets"]!.AsArray().Select(target => target!).ToList();
            if (targets.Count == 0)
                problems.Add($"{panel["title"]} shows nothing.");
            if (targets.Prepend(panel).Any(item => !Is(item["datasource"]!, "uid", "${datasource}")))
                problems.Add($"{panel["title"]} asks another data source than the variable's.");
            problems.AddRange(targets.SelectMany(target => series.Problems(target["expr"]!.GetValue<string>())));
        }

        return problems;
    }

    private static bool Is(JsonNode node, string member, string value) => string.Equals(node[member]?.GetValue<string>(), value, StringComparison.Ordinal);
}
