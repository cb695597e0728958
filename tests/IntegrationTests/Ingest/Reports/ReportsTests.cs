using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DynamicSampling.Api.Ingest;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.SamplingTasks;
using DynamicSampling.IntegrationTests.Storage;
using Microsoft.AspNetCore.Hosting;

namespace DynamicSampling.IntegrationTests.Ingest.Reports;

public sealed class ReportsTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    private readonly ApiHost _host = new();
    private readonly HttpClient _client;

    public ReportsTests() => _client = _host.CreateClient();

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Post_Counts_AreExact()
    {
        var answer = await PostAsync(Report(1, ("GET /cart", 120, 12), ("POST /order", 5, 5), ("GET /never", 0, 0)));

        Assert.Equal("""{"taken":3,"repeated":false}""", answer);
        Assert.Equal([("GET /cart", 120, 12, true), ("POST /order", 5, 5, true)], await VolumesAsync());
    }

    [Fact]
    public async Task Post_AgainOrBefore_CountsOnce()
    {
        await PostAsync(Report(3, ("GET /cart", 120, 12)));
        var same = await PostAsync(Report(3, ("GET /cart", 120, 12)));
        var earlier = await PostAsync(Report(2, ("GET /cart", 7, 1)));
        await PostAsync(Report(4, ("GET /cart", 1, 1)));
        await PostAsync(Report(3, ("GET /cart", 30, 3)) with { Client = "another" });

        Assert.Equal(("""{"taken":1,"repeated":true}""", """{"taken":1,"repeated":true}"""), (same, earlier));
        Assert.Equal([("GET /cart", 151, 16, true)], await VolumesAsync());
    }

    [Fact]
    public async Task Post_AtOnce_CountsOnce()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostAsync(Report(1, ("GET /cart", 10, 1)))));

        Assert.Single(answers, answer => answer.Contains("false", StringComparison.Ordinal));
        Assert.Equal([("GET /cart", 10, 1, true)], await VolumesAsync());
    }

    [Fact]
    public async Task Post_IntervalOverMinutes_IsSpreadByTime()
    {
        await PostAsync(Report(1, ("GET /cart", 120, 12)) with { Start = Start.AddSeconds(-75), End = Start.AddSeconds(45) });

        Assert.Equal(
            [
                (VolumeTable.Minute - 2, "GET /cart", 15, 1.5, (long)VolumeSource.Reports), (VolumeTable.Minute - 1, "GET /cart", 60, 6, 3),
                (VolumeTable.Minute, "GET /cart", 45, 4.5, 3),
            ],
            _host.Rows("checkout"));
    }

    [Fact]
    public async Task Post_BesideSpansOfTheSameService_CountsNothingTwice()
    {
        await _host.CountAsync(VolumeSource.Spans, VolumeTable.Minute, "checkout", ("GET /cart", 110, 11), ("GET /a", 20, 2), ("GET /b", 10, 1));
        await PostAsync(Report(1, ("GET /cart", 120, 12), ("__other__", 33, 3)) with { Start = Start, End = Start.AddSeconds(10) });

        Assert.Equal([("GET /cart", 120, 12, true), ("GET /a", 22, 2, false), ("GET /b", 11, 1, false)], await VolumesAsync());
        var goal = await _client.GetJsonAsync("/api/organizations/acme/goal");
        Assert.True(goal.GetProperty("achieved")[0].GetProperty("exact").GetBoolean());
    }

    [Fact]
    public async Task Flush_SpansOfAMinuteThatIsToBeReported_WaitForTheReport()
    {
        await SendSpanAsync("GET /cart");
        await _host.FlushAsync();
        Assert.Equal([("GET /cart", 1, 1, false)], await VolumesAsync());
        await PostAsync(Report(1, ("GET /cart", 100, 10)) with { Start = Start, End = Start.AddSeconds(10) });
        _host.Clock.Advance(TimeSpan.FromSeconds(65));
        await PostAsync(Report(2) with { Start = Start.AddSeconds(10), End = Start.AddSeconds(60) });
        // Reports of nothing do not say that there will be more.
        await PostAsync(Report(3, ("GET /cart", 50, 5)) with { Start = Start.AddSeconds(59), End = Start.AddSeconds(60) });

        await SendSpanAsync("GET /new");
        await _host.FlushAsync();
        var waiting = await VolumesAsync();
        await PostAsync(Report(4, ("__other__", 7, 1)) with { Start = Start.AddSeconds(60), End = Start.AddSeconds(65) });
        await _host.FlushAsync();

        Assert.Equal([("GET /cart", 150, 15, true)], waiting);
        Assert.Equal([("GET /cart", 150, 15, true), ("GET /new", 7, 1, false)], await VolumesAsync());
    }

    [Fact]
    public async Task Flush_SpansWhoseReportDoesNotCome_AreStoredAfterAWhile()
    {
        await SendSpanAsync("GET /cart");
        await PostAsync(Report(1, ("GET /cart", 100, 10)) with { Start = Start.AddSeconds(-10), End = Start });
        await _host.FlushAsync();
        var waiting = await VolumesAsync();
        _host.Clock.Advance(TimeSpan.FromSeconds(30));
        await _host.FlushAsync();

        Assert.Equal([("GET /cart", 100, 10, true)], waiting);
        Assert.Equal([("GET /cart", 101, 11, false)], await VolumesAsync());
    }

    [Fact]
    public async Task Post_NamesThatAreNone_AreCleanedAsInSpans()
    {
        await PostAsync(Report(1, ("", 1, 0), ("a\u0001b", 2, 0), (new string('x', 300), 3, 0)));

        Assert.Equal([(new string('x', 200), 3, 0, true), ("a\uFFFDb", 2, 0, true), ("unknown", 1, 0, true)], await VolumesAsync());
    }

    [Fact]
    public async Task Post_WithoutOrganization_IsOfTheDefaultOne()
    {
        using var response = await _client.PostAsJsonAsync("/api/reports", Report(1, ("GET /cart", 1, 1)));
        using var named = await _client.PostAsJsonAsync("/api/reports", Report(1, ("GET /cart", 1, 1)) with { Organization = "initech" });
        using var contradicting = await _client.PostAsJsonAsync("/o/acme/api/reports", Report(1, ("GET /cart", 1, 1)) with { Organization = "initech" });

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.BadRequest), (response.StatusCode, named.StatusCode, contradicting.StatusCode));
        Assert.Equal(
            ["default", "initech"],
            (await _client.GetJsonAsync("/api/organizations")).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("organization").GetString()));
    }

    [Theory]
    [InlineData("""{"sequence":0}""", "sequence must be 1 or more, but is 0.")]
    [InlineData("""{"client":""}""", "client must not be empty.")]
    [InlineData("""{"client":"a\u0000b"}""", "client must not have control characters.")]
    [InlineData("""{"start":"2026-11-22T10:00:11Z"}""", "start must not be after end.")]
    [InlineData("""{"start":"2026-11-20T09:00:00Z"}""", "start must not be more than 2 days old; it is now 2026-11-22T10:00:00Z.")]
    [InlineData("""{"end":"2026-11-22T10:06:00Z"}""", "end must not be more than 5 minutes ahead; it is now 2026-11-22T10:00:00Z.")]
    [InlineData("""{"operations":[{"operation":"a","total":1,"kept":0},{"operation":"b","total":-1,"kept":0}]}""", "operations[1]: total must be from 0 to 1000000000000000, but is -1.")]
    [InlineData("""{"operations":[{"operation":"a","total":1,"kept":2}]}""", "operations[0]: kept must be from 0 to total, 1, but is 2.")]
    [InlineData("""{"operations":[{"operation":"a","total":1,"kept":1,"rate":1.5}]}""", "operations[0]: rate must be from 0 to 1, but is 1.5.")]
    [InlineData("""{"organization":".."}""", "organization")]
    [InlineData("""{"operations":null}""", "operations")]
    [InlineData("""{"operations":[{"operation":"a","total":1.5,"kept":1}]}""", "total")]
    [InlineData("""{"version":1}""", "version")]
    [InlineData("""{"operations":[null]}""", "operations[0] must not be null.")]
    [InlineData("""{"operations":[{"total":1,"kept":1}]}""", "operation")]
    [InlineData("""{"operations":[{"operation":null,"total":1,"kept":1}]}""", "operation")]
    public async Task Post_BadReport_IsRefusedAndChangesNothing(string changes, string detail)
    {
        var report = JsonSerializer.SerializeToNode(Report(1, ("GET /cart", 1, 1)), JsonSerializerOptions.Web)!.AsObject();
        report.Remove("organization");
        foreach (var (member, value) in System.Text.Json.Nodes.JsonNode.Parse(changes)!.AsObject())
            report[member] = value?.DeepClone();
        using var response = await _client.PostAsJsonAsync("/api/reports", report);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(detail, (await response.ReadJsonAsync()).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, _host.Count("instances") + _host.Count("volumes") + _host.Count("projects"));
    }

    [Theory]
    [InlineData("service")]
    [InlineData("client")]
    [InlineData("sequence")]
    [InlineData("start")]
    [InlineData("end")]
    [InlineData("operations")]
    public async Task Post_ReportThatLacksAMember_IsToldWhich(string member)
    {
        var report = JsonSerializer.SerializeToNode(Report(1, ("GET /cart", 1, 1)), JsonSerializerOptions.Web)!.AsObject();
        report.Remove(member);
        using var response = await _client.PostAsJsonAsync("/api/reports", report);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains($"'{member}'", (await response.ReadJsonAsync()).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_IntervalOfDays_IsCountedInItsLastHour()
    {
        await PostAsync(Report(1, [.. Enumerable.Range(0, 10_000).Select(i => ($"GET /{i % 100}", 1L, 0L))]) with { Start = Start.AddHours(-47), End = Start });
        await PostAsync(Report(2, ("GET /cart", 60, 6)) with { Start = Start.AddHours(-47), End = Start });

        Assert.InRange(_host.Count("volumes"), 1, (50 * 100) + 60);
        Assert.Equal(10_060.0, _host.Database.Scalar("SELECT SUM(total) FROM volumes"));
        Assert.Equal(VolumeTable.Minute - 60, _host.Rows("checkout").Where(row => row.Transaction == "GET /cart").Min(row => row.Minute));
    }

    [Theory]
    [InlineData("/api/organizations/acme?data=true")]
    [InlineData("/api/organizations/acme/projects/checkout?data=true")]
    public async Task Delete_WithData_ForgetsInstances(string path)
    {
        await PostAsync(Report(1, ("GET /cart", 1, 1)));
        using var deleted = await _client.DeleteAsync(path);

        Assert.True(deleted.IsSuccessStatusCode);
        Assert.Equal(0, _host.Count("instances"));
    }

    [Fact]
    public async Task Post_ServiceForWhichThereIsNoRoom_IsRefusedThoughItCountedNothing()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Limits:MaxProjectsPerOrganization", "1"));
        using var client = host.CreateClient();
        using var first = await client.PostAsJsonAsync("/o/acme/api/reports", Report(1));
        using var second = await client.PostAsJsonAsync("/o/acme/api/reports", Report(1) with { Service = "another" });

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.BadRequest), (first.StatusCode, second.StatusCode));
        Assert.Equal(1, host.Count("instances"));
    }

    [Fact]
    public async Task Post_MoreOperationsThanThereMayBe_IsRefused()
    {
        using var most = await _client.PostAsJsonAsync("/o/acme/api/reports", Report(1, [.. Enumerable.Range(0, 10_000).Select(i => ($"GET /{i}", 1L, 0L))]));
        using var more = await _client.PostAsJsonAsync("/o/acme/api/reports", Report(2, [.. Enumerable.Range(0, 10_001).Select(i => ($"GET /{i}", 1L, 0L))]));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.BadRequest), (most.StatusCode, more.StatusCode));
        // More than are told apart (Ingest:MaxTransactionsPerProject) are counted, too.
        Assert.Equal(10_000.0, _host.Database.Scalar("SELECT SUM(total) FROM volumes"));
    }

    [Fact]
    public async Task Instances_ThatFollowTheCurrentRates_Obey()
    {
        using var posted = await _client.PostAsJsonAsync("/api/volumes", new[] { new { organization = "acme", project = "checkout", transaction = "GET /cart", total = 1000 } });
        await _client.RunAsync("rebalance_orgs");
        var tag = await TagAsync();
        await PostAsync(Report(1, ("GET /cart", 1000, 100)) with { RatesTag = tag });

        var instance = Assert.Single(await InstancesAsync());
        Assert.Equal(("client", "Test/1.0", "obeying"), (instance.GetProperty("client").GetString(), instance.GetProperty("sampler").GetString(), instance.GetProperty("status").GetString()));
        Assert.Equal((10, 1000, 100), (instance.GetProperty("seconds").GetDouble(), instance.GetProperty("total").GetDouble(), instance.GetProperty("kept").GetDouble()));
        var client = Assert.Single((await _client.GetJsonAsync("/api/organizations/acme/clients")).GetProperty("items").EnumerateArray());
        Assert.Equal(("obeying", 1), (client.GetProperty("status").GetString(), client.GetProperty("instances").GetInt32()));
    }

    [Fact]
    public async Task Instances_ThatKeepWhatTheirRatesDoNotSay_Ignore()
    {
        var tag = await TagAsync();
        await PostAsync(Report(1, ("GET /cart", 1000, 100)) with { RatesTag = tag });
        await PostAsync(Report(2, ("GET /cart", 1000, 500)) with { RatesTag = tag });
        var once = await StatusAsync();
        await PostAsync(Report(3, ("GET /cart", 1000, 500)) with { RatesTag = tag });
        var twice = await StatusAsync();
        await PostAsync(Report(4, ("GET /cart", 1000, 104)) with { RatesTag = tag });

        Assert.Equal(("obeying", "ignoring", "obeying"), (once, twice, await StatusAsync()));
    }

    [Fact]
    public async Task Instances_WhoseRatesAreOfEarlier_AreStale()
    {
        await PostAsync(Report(1, ("GET /cart", 1000, 100)) with { RatesTag = await TagAsync() });
        _host.Clock.Advance(TimeSpan.FromMinutes(4));
        await PostAsync(Report(2, ("GET /cart", 1000, 100)) with { RatesTag = "\"of earlier\"" });
        var stale = await StatusAsync();
        _host.Clock.Advance(TimeSpan.FromMinutes(6));
        var silent = await StatusAsync();
        _host.Clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(("stale", "unknown"), (stale, silent));
        Assert.Empty(await InstancesAsync());
    }

    [Fact]
    public async Task Instances_OverSeveralPages_AreAllListed()
    {
        for (var i = 0; i < 5; i++)
            await PostAsync(Report(1) with { Client = $"client-{i}" });
        var seen = new List<string?>();
        string? cursor = null;
        do
        {
            var page = await _client.GetJsonAsync($"/api/organizations/acme/clients/checkout/instances?limit=2&cursor={cursor}");
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("client").GetString()));
            cursor = page.GetProperty("next").GetString();
        }
        while (cursor is not null);

        Assert.Equal(["client-0", "client-1", "client-2", "client-3", "client-4"], seen);
    }

    private static TestReport Report(long sequence, params (string Operation, long Total, long Kept)[] operations) => new(
        "checkout", "client", sequence, Start.AddSeconds(-5), Start.AddSeconds(5), [.. operations.Select(operation => new TestOperation(operation.Operation, operation.Total, operation.Kept))],
        "Test/1.0", RatesTag: null, Organization: null);

    private async Task<string> PostAsync(TestReport report)
    {
        using var response = await _client.PostAsJsonAsync("/o/acme/api/reports", report);
        var answer = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, answer);
        return answer;
    }

    private Task<JsonElement> SendSpanAsync(string name) =>
        _client.SendTracesAsync(Traces.Request("checkout", Traces.Root(name, _host.Clock.GetUtcNow())), "/o/acme/v1/traces");

    private async Task<string?> TagAsync()
    {
        using var response = await _client.GetAsync("/o/acme/sampling?service=checkout");
        return response.Headers.ETag!.Tag;
    }

    private async Task<List<JsonElement>> InstancesAsync() =>
        [.. (await _client.GetJsonAsync("/api/organizations/acme/clients/checkout/instances")).GetProperty("items").EnumerateArray()];

    private async Task<string?> StatusAsync() => Assert.Single(await InstancesAsync()).GetProperty("status").GetString();

    private async Task<List<(string?, double, double, bool)>> VolumesAsync() =>
        [.. (await _client.GetJsonAsync("/api/organizations/acme/volumes?by=transaction&window=5m")).GetProperty("items").EnumerateArray().Select(item => (
            item.GetProperty("transaction").GetString(), Math.Round(item.GetProperty("total").GetDouble(), 9), Math.Round(item.GetProperty("kept").GetDouble(), 9),
            item.GetProperty("exact").GetBoolean()))];

    private sealed record TestReport(
        string Service, string Client, long Sequence, DateTimeOffset Start, DateTimeOffset End, IReadOnlyList<TestOperation> Operations, string? Sampler, string? RatesTag,
        string? Organization);

    private sealed record TestOperation(string Operation, long Total, long Kept);
}
