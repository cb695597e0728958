using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using DynamicSampling.Tasks.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Pipeline;

/// <summary>Records what one host measures. Listeners see every host of the process, so the meter factory tells ours from others.</summary>
internal sealed class MetricRecorder : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<Recorded> _measurements = new();

    public MetricRecorder(PipelineHost host)
        : this(host.App.Services, TelemetryNames.Meter)
    {
    }

    public MetricRecorder(IServiceProvider services, string meter)
    {
        var factory = services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (string.Equals(instrument.Meter.Name, meter, StringComparison.Ordinal)
                && ReferenceEquals(instrument.Meter.Scope, factory))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.Start();
    }

    public IReadOnlyList<Recorded> Of(string instrument) =>
        [.. _measurements.Where(item => string.Equals(item.Instrument, instrument, StringComparison.Ordinal))];

    public void Observe() => _listener.RecordObservableInstruments();

    public void Dispose() => _listener.Dispose();

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _measurements.Enqueue(new(instrument.Name, instrument.Unit, value, new(tags.ToArray(), StringComparer.Ordinal)));
}

internal sealed record Recorded(string Instrument, string? Unit, double Value, Dictionary<string, object?> Tags);
