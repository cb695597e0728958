using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace DynamicSampling.IntegrationTests.Deploy;

/// <summary>deploy/prometheus-alerts.yaml: whether its alerts can fire, and whether whoever is woken finds out what to do.</summary>
public sealed class AlertsTests(ITestOutputHelper output)
{
    private const string Path = "deploy/prometheus-alerts.yaml";

    [Fact]
    public async Task Expressions_NameOnlyWhatTheServiceSends()
    {
        var series = await ServiceSeries.ReadAsync();

        Assert.Empty(Alerts(Repository.Read(Path)).SelectMany(alert => series.Problems(Text(alert, "expr"))));
    }

    [Theory]
    [InlineData("dynamic_sampling_task_overdue{", "dynamic_sampling_task_late{", "The service sends no dynamic_sampling_task_late.")]
    [InlineData("dynamic_sampling_ingest_spans_total{", "dynamic_sampling_ingest_spans{", "The service sends no dynamic_sampling_ingest_spans.")]
    [InlineData("dynamic_sampling_outcome=\"folded\"", "outcome=\"folded\"", "dynamic_sampling_ingest_spans_total has no label outcome.")]
    [InlineData("sum by (http_route)", "sum by (route)", "No series of the expression has the label route.")]
    [InlineData("tasks.rebalance_orgs", "tasks.rebalance", "There is no task dynamic_sampling.tasks.rebalance.")]
    [InlineData("/o/{org}/v1/traces", "/o/{tenant}/v1/traces", "There is no route /o/{tenant}/v1/traces.")]
    [InlineData("or vector(0)", "or nothing", "'nothing' stands alone")]
    public async Task Expressions_OfASpoiltCopy_AreFound(string text, string spoilt, string problem)
    {
        var series = await ServiceSeries.ReadAsync();
        var file = Repository.Read(Path);
        Assert.Contains(text, file, StringComparison.Ordinal);

        var problems = Alerts(file.Replace(text, spoilt, StringComparison.Ordinal)).SelectMany(alert => series.Problems(Text(alert, "expr"))).ToList();

        Assert.Contains(problems, found => found.StartsWith(problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task RequestsThatTheExceptionHandlerAnswers_AreMeasuredUnderTheirRoute()
    {
        var series = await ServiceSeries.ReadAsync();

        // An alert looks for the 503s of this route.
        Assert.Contains("/o/{org}/v1/traces", series.Values("http_server_request_duration_seconds_count", "http_route"));
        Assert.Contains("400", series.Values("http_server_request_duration_seconds_count", "http_response_status_code"));
    }

    [Fact]
    public void Alerts_AllSayWhatIsWrongAndWhereItSaysWhatToDo() =>
        Assert.Empty(Problems(Repository.Read(Path), Repository.Read("docs/operations.md")));

    [Theory]
    [InlineData("severity: critical", "severity: high", "severity")]
    [InlineData("summary: Rates are not computed", "title: Rates are not computed", "summary")]
    [InlineData("runbook_url: docs/operations.md#no-pass-completes", "runbook_url: docs/operations.md#no-passes", "#no-passes")]
    [InlineData("runbook_url: docs/operations.md#no-pass-completes", "runbook: docs/operations.md#no-pass-completes", "runbook_url")]
    public void Alerts_OfASpoiltCopy_AreFound(string text, string spoilt, string problem)
    {
        var file = Repository.Read(Path);
        Assert.Contains(text, file, StringComparison.Ordinal);

        var problems = Problems(file.Replace(text, spoilt, StringComparison.Ordinal), Repository.Read("docs/operations.md"));

        Assert.Contains(problems, found => found.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public void Alerts_OfARunbookWithoutAHeading_AreFound() =>
        Assert.NotEmpty(Problems(Repository.Read(Path), Repository.Read("docs/operations.md").Replace("# No pass completes", "# Passes", StringComparison.Ordinal)));

    [Fact]
    public void Alerts_EachHasATest()
    {
        var tests = Repository.Read("deploy/prometheus-alerts.test.yaml");

        Assert.All(Alerts(Repository.Read(Path)), alert => Assert.Contains($"alertname=\"{Text(alert, "alert")}\"", tests, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Promtool_WhereThereIsOne_FindsThatEachFiresWhenItShould()
    {
        if (await Tool.RunAsync(output, "promtool", "test", "rules", Repository.PathOf("deploy/prometheus-alerts.test.yaml")) is { } result)
            Assert.True(result.IsContent, result.Said);
    }

    private static IEnumerable<JsonNode> Alerts(string file) =>
        Yaml.Read(file)["groups"]!.AsArray().SelectMany(group => group!["rules"]!.AsArray()).Select(rule => rule!);

    private static string Text(JsonNode node, string member) => node[member]?.GetValue<string>() ?? "";

    private static List<string> Problems(string file, string runbook)
    {
        var headings = Markdown.Anchors(runbook);
        List<string> problems = [];
        foreach (var alert in Alerts(file))
        {
            var name = Text(alert, "alert");
            var annotations = alert["annotations"] ?? new JsonObject();
            if (Text(alert["labels"] ?? new JsonObject(), "severity") is not ("critical" or "warning"))
                problems.Add($"{name} has no severity that is known.");
            problems.AddRange(new[] { "summary", "description", "runbook_url" }.Where(member => Text(annotations, member).Length == 0).Select(member => $"{name} has no {member}."));
            var link = Text(annotations, "runbook_url").Split('#');
            if (!string.Equals(link[0], "docs/operations.md", StringComparison.Ordinal) || !headings.Contains(link[^1]))
                problems.Add($"{name} links to #{link[^1]}, which docs/operations.md does not have.");
        }

        return problems;
    }
}
