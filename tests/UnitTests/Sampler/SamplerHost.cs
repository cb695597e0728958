using System.Diagnostics;
using DynamicSampling.Sampler;
using OpenTelemetry.Trace;

namespace DynamicSampling.Tests.Sampler;

/// <summary>A sampler with a manual clock and a service without a network.</summary>
internal sealed class SamplerHost : IDisposable
{
    // The timers of requests are due sooner than the next poll or report, and both of those never at the same time.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private readonly Lazy<RemoteSampler> _sampler;

    public SamplerHost(Action<RemoteSamplerOptions>? configure = null)
    {
        Options = new()
        {
            Endpoint = new("http://sampling.example:5000/o/acme"),
            ServiceName = "checkout",
            InitialSampleRate = 1,
            ReportInterval = TimeSpan.FromHours(1),
            Timeout = Timeout,
            TimeProvider = Clock,
            HttpMessageHandlerFactory = () => Service,
        };
        configure?.Invoke(Options);
        _sampler = new(() => new(Options, Logs, findName: null));
    }

    public static TimeSpan Interval => TimeSpan.FromSeconds(10);

    public ManualTimeProvider Clock { get; } = new();

    public FakeService Service { get; } = new();

    public LogRecorder Logs { get; } = new();

    public RemoteSamplerOptions Options { get; }

    /// <summary>Made when it is needed first.</summary>
    public RemoteSampler Sampler => _sampler.Value;

    /// <summary>A host that reports every ten seconds, and polls hardly ever.</summary>
    public static SamplerHost ThatReports(Action<RemoteSamplerOptions>? configure = null) => new(options =>
    {
        options.PollInterval = TimeSpan.FromHours(1);
        options.ReportInterval = Interval;
        configure?.Invoke(options);
    });

    /// <summary>Waits until what was begun is done, so that the next poll and the next report are waited for, and nothing else.</summary>
    public async Task SettleAsync()
    {
        _ = Sampler;
        await Clock.WaitForTimerAsync(TimeSpan.FromHours(1.11), after: Timeout, count: 2);
    }

    /// <summary>Lets the interval pass, and waits until all is done that it is for.</summary>
    public async Task NextAsync()
    {
        await SettleAsync();
        Clock.Advance(Clock.UntilTimer(after: Timeout)!.Value);
        await SettleAsync();
    }

    public SamplingResult Decide(string name, int trace = 1, ActivityKind kind = ActivityKind.Internal, params KeyValuePair<string, object?>[] tags) =>
        Sampler.ShouldSample(Spans.Root(name, Spans.Id(trace), kind, tags));

    public double KeptShareOf(string name, int traces = 4000) =>
        Enumerable.Range(0, traces).Count(trace => Decide(name, trace).Decision == SamplingDecision.RecordAndSample) / (double)traces;

    public void Dispose()
    {
        if (_sampler.IsValueCreated)
            _sampler.Value.Dispose();
        Service.Dispose();
    }
}

/// <summary>Spans that are about to start.</summary>
internal static class Spans
{
    /// <summary>Always the same id for the same number, and random otherwise.</summary>
    public static ActivityTraceId Id(int number)
    {
        Span<byte> bytes = stackalloc byte[16];
        new Random(number).NextBytes(bytes);
        return ActivityTraceId.CreateFromBytes(bytes);
    }

    public static SamplingParameters Root(string name, ActivityTraceId id, ActivityKind kind = ActivityKind.Internal, IEnumerable<KeyValuePair<string, object?>>? tags = null) =>
        new(default, id, name, kind, tags);

    public static SamplingParameters Child(ActivityTraceId id, bool isKept, bool isRemote = false, string? traceState = null, string name = "child") => new(
        new(id, ActivitySpanId.CreateFromBytes("12345678"u8), isKept ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None, traceState, isRemote),
        id, name, ActivityKind.Internal);

    public static KeyValuePair<string, object?>[] Request(string method, string path) => [new("http.request.method", method), new("url.path", path)];
}
