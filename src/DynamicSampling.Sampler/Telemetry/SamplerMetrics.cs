using System.Diagnostics.Metrics;

namespace DynamicSampling.Sampler.Telemetry;

/// <summary>The sampler's own metrics. Its methods say what happened.</summary>
internal sealed class SamplerMetrics : IDisposable
{
    public const string MeterName = "DynamicSampling.Sampler";
    private readonly Meter _meter;
    private readonly Counter<long> _polls;
    private readonly Counter<long> _reports;
    private readonly Counter<long> _dropped;

    /// <param name="owner">The scope of the meter, so that samplers of one process can be told apart.</param>
    /// <param name="operations">How many operations are told apart.</param>
    /// <param name="ratesAge">For how long the service has not confirmed the rates, in seconds; null when it has never done so.</param>
    public SamplerMetrics(object owner, Func<int> operations, Func<double?> ratesAge)
    {
        _meter = new(MeterName, SamplerVersion.Text, tags: null, owner);
        _polls = _meter.CreateCounter<long>("dynamic_sampling.sampler.polls", "{poll}", "Requests for rates, by outcome: changed, unchanged, refused or failed.");
        _reports = _meter.CreateCounter<long>("dynamic_sampling.sampler.reports", "{report}", "Reports of counts, by outcome: taken, refused or failed.");
        _dropped = _meter.CreateCounter<long>("dynamic_sampling.sampler.dropped_counts", "{trace}", "Traces that were counted, but whose counts were given up.");
        _meter.CreateObservableUpDownCounter("dynamic_sampling.sampler.operations", operations, "{operation}", "Operations that are told apart.");
        _meter.CreateObservableGauge("dynamic_sampling.sampler.rates.age", () => Measure(ratesAge()), "s", "Time since the service confirmed the rates that are followed.");
    }

    public void Polled(string outcome) => Add(_polls, 1, TagOf(outcome));

    public void Reported(string outcome) => Add(_reports, 1, TagOf(outcome));

    public void CountsDropped(long traces) => Add(_dropped, traces);

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> TagOf(string outcome) => new("dynamic_sampling.outcome", outcome);

    // It calls whoever listens, and what those throw must not seem to be the service's failure.
    private static void Add(Counter<long> counter, long value, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        try
        {
            counter.Add(value, tags);
        }
        catch (Exception exception)
        {
            SamplerEventSource.Instance.Failed($"A listener to metrics has failed. {exception}");
        }
    }

    private static IEnumerable<Measurement<double>> Measure(double? value) => value is { } known ? [new(known)] : [];
}
