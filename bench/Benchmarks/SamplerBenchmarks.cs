using System.Diagnostics;
using System.Globalization;
using BenchmarkDotNet.Attributes;
using DynamicSampling.Sampler;
using DynamicSampling.Sampler.Decisions;
using DynamicSampling.Sampler.Rates;
using OpenTelemetry.Trace;

namespace DynamicSampling.Benchmarks;

/// <summary>What a decision about the first span of a trace costs an application, beside what OpenTelemetry's own samplers cost.</summary>
[MemoryDiagnoser]
public class SamplerBenchmarks
{
    private const double Rate = 0.1;

    // A power of 2, and so few that they stay in the cache: what is measured is the decision.
    private const int Traces = 256;
    private readonly TraceIdRatioBasedSampler _ratio = new(Rate);
    private readonly AlwaysOnSampler _on = new();
    private readonly SamplingParameters[] _unnamed = new SamplingParameters[Traces];
    private readonly SamplingParameters[] _named = new SamplingParameters[Traces];
    private readonly SamplingParameters[] _requests = new SamplingParameters[Traces];
    private readonly SamplingParameters[] _children = new SamplingParameters[Traces];
    private readonly Decider _default = MakeDecider(operations: 0);
    private readonly Decider _operations = MakeDecider(operations: 30);
    private readonly Decider _templates = MakeDecider(operations: 30);
    private int _next;

    [GlobalSetup]
    public void Setup()
    {
        var dice = new Random(1);
        var id = new byte[16];
        for (var i = 0; i < Traces; i++)
        {
            dice.NextBytes(id);
            var trace = ActivityTraceId.CreateFromBytes(id);
            var number = i.ToString(CultureInfo.InvariantCulture);
            // As ASP.NET Core gives them.
            TagList tags = new() { { "server.address", "shop" }, { "server.port", 443 }, { "http.request.method", "GET" }, { "url.scheme", "https" }, { "url.path", $"/resource{i % 30}/{i}/items" } };
            _unnamed[i] = new(default, trace, "work", ActivityKind.Internal);
            _named[i] = new(default, trace, NameOf(i % 30), ActivityKind.Internal);
            _requests[i] = new(default, trace, "Microsoft.AspNetCore.Hosting.HttpRequestIn", ActivityKind.Server, tags);
            _children[i] = new(new(trace, ActivitySpanId.CreateFromBytes(id.AsSpan(8)), ActivityTraceFlags.Recorded), trace, "work " + number, ActivityKind.Internal);
        }

        // From then on it is known.
        _default.Decide(_unnamed[0]);
        _default.Cut(evenEmpty: false);
    }

    [Benchmark(Baseline = true)]
    public SamplingResult TraceIdRatioBased() => _ratio.ShouldSample(_named[Next()]);

    [Benchmark]
    public SamplingResult AlwaysOn() => _on.ShouldSample(_named[Next()]);

    [Benchmark]
    public SamplingResult OneRate() => _default.Decide(_unnamed[Next()]);

    [Benchmark]
    public SamplingResult Of30Operations() => _operations.Decide(_named[Next()]);

    [Benchmark]
    public SamplingResult Of30PathTemplates() => _templates.Decide(_requests[Next()]);

    [Benchmark]
    public SamplingResult Child() => _default.Decide(_children[Next()]);

    private static Decider MakeDecider(int operations)
    {
        var decider = new Decider(Settings.Of(new()), _ => { });
        decider.Follow(new(Rate, Enumerable.Range(0, operations).ToDictionary(NameOf, _ => Rate), Tag: null));
        return decider;
    }

    private static string NameOf(int operation) => string.Create(CultureInfo.InvariantCulture, $"GET /resource{operation}/{{id}}/items");

    private int Next() => _next = (_next + 1) & (Traces - 1);
}
