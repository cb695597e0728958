using System.Net;
using System.Text.Json;
using DynamicSampling.IntegrationTests.Pipeline;
using DynamicSampling.Tests;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ReportService;

namespace DynamicSampling.IntegrationTests.Samples;

/// <summary>An application of another domain that uses only the library.</summary>
public sealed class ReportServiceTests
{
    [Fact]
    public async Task Reports_OfARegion_ComeWithTheRunThatBuiltThem()
    {
        await using var application = new Application();
        using var client = application.CreateClient();

        using var response = await PostAsync(client, """{"region":"north"}""");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var report = await response.ReadJsonAsync();
        Assert.Equal(250, report.GetProperty("orders").GetInt32());
        Assert.Equal(13430m, report.GetProperty("revenue").GetDecimal());
        var run = report.GetProperty("run");
        Assert.Equal("build_report", run.GetProperty("task").GetString());
        Assert.Equal(30, run.GetProperty("maxSeconds").GetDouble());
        Assert.Equal(["fetch_orders", "summarize"], run.GetProperty("taskData").EnumerateObject().Select(function => function.Name));
        var fetch = run.GetProperty("taskData").GetProperty("fetch_orders");
        Assert.Equal(250, fetch.GetProperty("numRowsTotal").GetInt64());
        Assert.Equal(3, fetch.GetProperty("numIterations").GetInt64());
        Assert.Equal(1, run.GetProperty("taskData").GetProperty("summarize").GetProperty("counters").GetProperty("regions").GetInt64());
        Assert.Equal($"/runs/{run.GetProperty("id").GetGuid()}", response.Header("Content-Location"));
        Assert.Equal("fetch_orders;dur=0, summarize;dur=0", response.Header("Server-Timing"));
    }

    [Fact]
    public async Task Reports_ThatTakeTooLong_AreProblemDetailsWithTheTimersSoFar()
    {
        await using var application = new Application(pageLatency: "00:00:02");
        using var client = application.CreateClient();

        var pending = PostAsync(client, """{"maxSeconds":3}""");
        await application.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(2));
        application.Clock.Advance(2);
        await application.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(2));
        application.Clock.Advance(1.5);
        using var response = await pending;

        var problem = await response.ReadProblemAsync(504);
        // It may end while the clock goes on from 3 s, when its budget is used up.
        Assert.Matches(@"^build_report was stopped after 3(\.5)? s in function fetch_orders; its budget is 3 s\.$", problem.GetProperty("detail").GetString());
        Assert.Equal(100, problem.GetProperty("task").GetProperty("taskData").GetProperty("fetch_orders").GetProperty("numRowsTotal").GetInt64());
    }

    [Fact]
    public async Task Runs_InProgress_ShowTheirTimersAsTheyAre()
    {
        await using var application = new Application(pageLatency: "00:00:02");
        using var client = application.CreateClient();

        using var leaving = new CancellationTokenSource();
        var pending = client.GetAsync(new Uri("/exports/orders", UriKind.Relative), leaving.Token);
        await application.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(2));
        application.Clock.Advance(1);
        var runs = (await GetJsonAsync(client, "/runs")).GetProperty("items");
        var run = await GetJsonAsync(client, "/runs/" + runs[0].GetProperty("id").GetString());
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);

        Assert.Equal(1, runs.GetArrayLength());
        Assert.Equal("running", run.GetProperty("status").GetString());
        Assert.Equal(10, run.GetProperty("maxSeconds").GetDouble());
        Assert.Equal(1, run.GetProperty("taskData").GetProperty("fetch_orders").GetProperty("executionTime").GetDouble());
    }

    [Fact]
    public async Task Exports_ShareTheirGroupsPipeline_AndOneHasABudgetOfItsOwn()
    {
        await using var application = new Application();
        using var client = application.CreateClient();

        var months = await client.GetStringAsync(new Uri("/exports/months", UriKind.Relative));
        application.Clock.Advance(0.001);
        var orders = await client.GetStringAsync(new Uri("/exports/orders?region=west", UriKind.Relative));
        var runs = (await GetJsonAsync(client, "/runs")).GetProperty("items").EnumerateArray().ToList();

        Assert.StartsWith("month,orders,revenue\n1,83,", months, StringComparison.Ordinal);
        Assert.Equal(252, orders.Split('\n').Length);
        Assert.Equal(["export_orders", "export_months"], runs.Select(run => run.GetProperty("task").GetString()));
        Assert.Equal([10, 120], runs.Select(run => run.GetProperty("maxSeconds").GetDouble()));
    }

    [Fact]
    public async Task Regions_AreMeasuredButNoRun()
    {
        await using var application = new Application();
        using var client = application.CreateClient();

        Assert.Equal(4, (await GetJsonAsync(client, "/regions")).GetArrayLength());

        Assert.Equal(0, (await GetJsonAsync(client, "/runs")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Run_ThatNobodyKnows_IsNotFound()
    {
        await using var application = new Application();
        using var client = application.CreateClient();

        using var response = await client.GetAsync(new Uri($"/runs/{Guid.Empty}", UriKind.Relative));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string json) =>
        client.PostAsync(new Uri("/reports", UriKind.Relative), new StringContent(json, System.Text.Encoding.UTF8, "application/json"));

    private static async Task<JsonElement> GetJsonAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.ReadJsonAsync();
    }

    private sealed class Application(string pageLatency = "00:00:00") : WebApplicationFactory<Order>
    {
        public ManualTimeProvider Clock { get; } = new();

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseEnvironment("Production");
            builder.UseSetting("hostBuilder:reloadConfigOnChange", "false");
            builder.UseSetting("PageLatency", pageLatency);
            builder.ConfigureLogging(logging => logging.ClearProviders());
            builder.ConfigureTestServices(services =>
            {
                services.AddSingleton<TimeProvider>(Clock);
                // The application turns reflection off for its process; this process is the tests'.
                services.PostConfigure<JsonOptions>(options =>
                {
                    foreach (var reflection in options.SerializerOptions.TypeInfoResolverChain
                        .OfType<System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver>().ToList())
                    {
                        options.SerializerOptions.TypeInfoResolverChain.Remove(reflection);
                    }
                });
            });
        }
    }
}
