using System.Net;
using DynamicSampling.IntegrationTests.Api;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace DynamicSampling.IntegrationTests.Telemetry;

/// <summary>The SDK listens to every meter of the process by name, so no other host may run beside these.</summary>
[CollectionDefinition(nameof(AloneInTheProcess), DisableParallelization = true)]
public class AloneInTheProcess;

/// <summary>What a collector gets. Numbers in the paths are the fields of OTLP's messages.</summary>
[Collection(nameof(AloneInTheProcess))]
public class OtlpExportTests
{
    [Fact]
    public async Task Export_AfterARun_HasTheTasksMetricsAndSpans()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using (var host = new ApiHost(web => web
            .UseSetting("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Endpoint)
            .UseSetting("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")))
        {
            using var client = await host.WithVolumesAsync("acme", ("a", 10), ("b", 20));
            using var run = await client.RunTaskAsync("boost_low_volume_projects", new { organization = "acme" });
            using var missing = await client.GetAsync("/api/runs/nonsense");
            using var bad = await client.GetAsync("/api/runs?limit=0");
            Assert.Equal(HttpStatusCode.OK, run.StatusCode);
        }

        // What was not yet sent is sent when the host stops.
        await collector.WaitForAsync("/v1/metrics", [1], _ => true);
        await collector.WaitForAsync("/v1/traces", [1, 2, 2], span => span.Text(5) == "GET /api/runs");

        Assert.All(collector.ContentTypes, type => Assert.Equal("application/x-protobuf", type));
        AssertMetrics(collector);
        AssertSpans(collector);
    }

    [Theory]
    [InlineData("OTEL_SERVICE_NAME", "sampler")]
    [InlineData("OTEL_RESOURCE_ATTRIBUTES", "service.name=sampler")]
    public async Task Export_ServiceNameIsSet_IsUsed(string variable, string value)
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using (var host = new ApiHost(web => web
            .UseSetting("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", collector.Endpoint + "/v1/metrics")
            .UseSetting(variable, value)))
        {
            using var client = await host.WithVolumesAsync("acme", ("a", 10));
        }

        Assert.All(await collector.WaitForAsync("/v1/metrics", [1, 1], _ => true), resource => Assert.Equal("sampler", resource.Attributes(1)["service.name"]));
        Assert.Empty(collector.Find("/v1/traces"));
    }

    [Fact]
    public async Task Export_NoEndpoint_IsOff()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();

        Assert.Null(host.Services.GetService<MeterProvider>());
        Assert.Null(host.Services.GetService<TracerProvider>());
    }

    [Fact]
    public async Task Export_SdkDisabled_IsOff()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        await using var host = new ApiHost(web => web
            .UseSetting("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Endpoint)
            .UseSetting("OTEL_SDK_DISABLED", "true"));
        using var client = host.CreateClient();

        Assert.Null(host.Services.GetService<MeterProvider>());
    }

    private static void AssertMetrics(OtlpReceiver collector)
    {
        // resource_metrics 1 > resource 1 > attributes 1
        var resource = collector.Find("/v1/metrics", 1, 1)[0].Attributes(1);
        Assert.Equal("dynamic-sampling", resource["service.name"]);
        Assert.Equal("test", resource["deployment.environment.name"]);
        Assert.Contains("service.version", resource.Keys);

        // resource_metrics 1 > scope_metrics 2 > metrics 2: name 1, unit 3
        var metrics = collector.Find("/v1/metrics", 1, 2, 2);
        Assert.Equal("{run}", Assert.Single(metrics, metric => metric.Text(1) == "dynamic_sampling.task.starts").Text(3));
        Assert.Equal("s", Assert.Single(metrics, metric => metric.Text(1) == "dynamic_sampling.function.duration").Text(3));
        Assert.Contains(metrics, metric => metric.Text(1) == "http.server.request.duration");

        // histogram 9 > data_points 1: count 4, explicit_bounds 7, attributes 9
        var point = Assert.Single(Assert.Single(metrics, metric => metric.Text(1) == "dynamic_sampling.task.duration").Messages(9).Single().Messages(1));
        Assert.Equal(1UL, point.Number(4));
        Assert.Equal(
            [("dynamic_sampling.outcome", "completed"), ("dynamic_sampling.task.name", "dynamic_sampling.tasks.boost_low_volume_projects")],
            point.Attributes(9).OrderBy(attribute => attribute.Key).Select(attribute => (attribute.Key, attribute.Value)));

        // sum 7 > data_points 1: as_int 6 (fixed64), attributes 7
        var rows = Assert.Single(metrics, metric => metric.Text(1) == "dynamic_sampling.function.rows").Messages(7).Single().Messages(1)
            .ToDictionary(sum => sum.Attributes(7)["dynamic_sampling.function.name"]!, sum => sum.Number(6), StringComparer.Ordinal);
        Assert.Equal(2UL, rows["fetch_volumes"]);
        Assert.Equal(1UL, rows["list_organizations"]);
        Assert.DoesNotContain(metrics.SelectMany(metric => metric.Messages(7)).SelectMany(sum => sum.Messages(1)), sum => sum.Attributes(7).Values.Contains("acme"));
    }

    private static void AssertSpans(OtlpReceiver collector)
    {
        // resource_spans 1 > scope_spans 2 > spans 2: span_id 2, parent_span_id 4, name 5, attributes 9, status 15
        var spans = collector.Find("/v1/traces", 1, 2, 2);
        var request = Assert.Single(spans, span => span.Text(5) == "POST /api/tasks/boost_low_volume_projects");
        Assert.Equal("/api/tasks/boost_low_volume_projects", request.Attributes(9)["http.route"]);
        Assert.Equal("200", request.Attributes(9)["http.response.status_code"]);
        var run = Assert.Single(spans, span => span.Text(5) == "dynamic_sampling.tasks.boost_low_volume_projects");
        Assert.Equal(request.Hex(2), run.Hex(4));
        Assert.Equal("completed", run.Attributes(9)["dynamic_sampling.outcome"]);
        foreach (var function in new[] { "list_organizations", "list_projects", "fetch_volumes", "read_rates", "rebalance_projects", "rebalance_transactions", "compare_rates", "store_rates" })
            Assert.Equal(run.Hex(2), Assert.Single(spans, span => span.Text(5) == function).Hex(4));

        var missing = Assert.Single(spans, span => span.Text(5) == "GET /api/runs/{id}");
        Assert.Equal("404", missing.Attributes(9)["http.response.status_code"]);
        var bad = Assert.Single(spans, span => span.Text(5) == "GET /api/runs");
        Assert.Equal("400", bad.Attributes(9)["http.response.status_code"]);
    }
}
