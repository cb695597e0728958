using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using DynamicSampling.Api.Ingest.Otlp;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Clients;
using DynamicSampling.IntegrationTests.Serving;
using DynamicSampling.IntegrationTests.Telemetry;
using DynamicSampling.Sampler.Decisions;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace DynamicSampling.IntegrationTests.Sampler;

/// <summary>A .NET service with the sampler against the real service: it follows the rates, and what it keeps is understood.</summary>
[Collection(nameof(AloneInTheProcess))]
public class SamplerLoopTests
{
    private const int Traces = 4000;

    [Fact]
    public async Task Loop_TargetThatChanges_IsFollowedAndEstimatedRight()
    {
        await using var host = new ApiHost { UsesSystemClock = true };
        using var client = host.Listen();
        await SetTargetAsync(client, 0.25);
        using var source = new ActivitySource("Shop");
        using var provider = Trace(source, client.BaseAddress!);
        await FollowAsync(source, "ot=th:c");
        var kept = Make(source, "GET /cart", Traces);
        await SetTargetAsync(client, 0.5);
        await FollowAsync(source, "ot=th:8");
        kept += Make(source, "GET /cart", Traces);
        Assert.True(provider.ForceFlush());

        var counted = await ReadAsync(host, client, kept);
        Assert.Equal(("checkout", kept), (counted.Project, (int)counted.Kept));
        Chance.AssertEstimate(counted.Total, 2 * Traces, [(Traces, 0.25), (Traces, 0.5)]);
    }

    [Fact]
    public async Task Loop_RatesOfOperations_AreWhatSpansSay()
    {
        await using var host = new ApiHost { UsesSystemClock = true };
        using var client = host.Listen();
        using (await host.WithRatesAsync("acme"))
        {
            // Rates are there.
        }

        var strategy = await client.GetJsonAsync("/o/acme/sampling?service=checkout");
        var operations = strategy.GetProperty("operationSampling").GetProperty("perOperationStrategies").EnumerateArray()
            .ToDictionary(item => item.GetProperty("operation").GetString()!, item => item.GetProperty("probabilisticSampling").GetProperty("samplingRate").GetDouble());
        var others = strategy.GetProperty("probabilisticSampling").GetProperty("samplingRate").GetDouble();
        Assert.NotEmpty(operations);
        using var source = new ActivitySource("Shop");
        using var provider = Trace(source, new(client.BaseAddress!, "/o/acme"), initialRate: 0);
        await FollowAsync(source);

        foreach (var (operation, rate) in operations.Append(new("GET /else", others)))
        {
            for (var kept = 0; kept < 10;)
            {
                if (Start(source, operation) is not { } traceState)
                    continue;
                Assert.Equal(rate, Probability.OfTraceState(Encoding.ASCII.GetBytes(traceState))!.Value, 1e-15);
                kept++;
            }
        }
    }

    [Fact]
    public void TraceState_OfAnyRate_IsReadAsTheRateThatIsApplied()
    {
        var last = ActivityTraceId.CreateFromString("ffffffffffffffffffffffffffffffff");
        var dice = new Random(1);
        for (var i = 0; i < 10_000; i++)
        {
            var operation = new DynamicSampling.Sampler.Decisions.Operation("work", Math.Pow(dice.NextDouble(), 1 + (i % 40)));
            var result = operation.Decide(last, traceState: null, isRoot: true);

            Assert.Equal(SamplingDecision.RecordAndSample, result.Decision);
            Assert.Equal(operation.Rate, Probability.OfTraceState(Encoding.ASCII.GetBytes(result.TraceStateString!)));
        }
    }

    private static TracerProvider Trace(ActivitySource source, Uri service, double initialRate = 1) => Sdk.CreateTracerProviderBuilder()
        .AddSource(source.Name)
        .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService("checkout"))
        .AddDynamicSampling(options => (options.Endpoint, options.PollInterval, options.InitialSampleRate) = (service, TimeSpan.FromSeconds(1), initialRate))
        .AddOtlpExporter(options =>
        {
            options.Endpoint = new(service.AbsoluteUri.TrimEnd('/') + "/v1/traces");
            options.Protocol = OtlpExportProtocol.HttpProtobuf;
            options.BatchExportProcessorOptions.MaxQueueSize = 4 * Traces;
        })
        .Build();

    /// <summary>Where a minute ends meanwhile, what came after it waits for the report of the minute before.</summary>
    private static async Task<CountedVolume> ReadAsync(ApiHost host, HttpClient client, int kept)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        while (true)
        {
            var counted = Assert.Single(await host.ReadCountedAsync(client), volume => volume.Transaction == "GET /cart");
            if ((int)counted.Kept >= kept || patience.IsCancellationRequested)
                return counted;
        }
    }

    private static async Task SetTargetAsync(HttpClient client, double target)
    {
        using var put = await client.PutAsJsonAsync("/api/organizations/default", new { targetSampleRate = target });
        put.EnsureSuccessStatusCode();
    }

    /// <summary>Waits until a root is kept that says this, or anything.</summary>
    private static async Task FollowAsync(ActivitySource source, string? traceState = null)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (Start(source, "warm-up") is not { } kept || (traceState is not null && kept != traceState))
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static int Make(ActivitySource source, string name, int count) => Enumerable.Range(0, count).Count(_ => Start(source, name) is not null);

    private static string? Start(ActivitySource source, string name)
    {
        // In no other trace, whatever the test is run by.
        Activity.Current = null;
        using var root = source.StartActivity(name);
        return root is { Recorded: true } ? root.TraceStateString : null;
    }
}
