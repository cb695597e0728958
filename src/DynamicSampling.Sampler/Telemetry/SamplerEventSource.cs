using System.Diagnostics.Tracing;
using Microsoft.Extensions.Logging;

namespace DynamicSampling.Sampler.Telemetry;

/// <summary>The log as events, which OpenTelemetry's self-diagnostics (OTEL_DIAGNOSTICS.json) write with those of OpenTelemetry itself.</summary>
[EventSource(Name = "OpenTelemetry-DynamicSampling-Sampler")]
internal sealed class SamplerEventSource : EventSource
{
    public static readonly SamplerEventSource Instance = new();

    [NonEvent]
    public void Write(LogLevel level, string message)
    {
        if (level >= LogLevel.Error)
            Failed(message);
        else if (level == LogLevel.Warning)
            Degraded(message);
        else
            Recovered(message);
    }

    [Event(1, Message = "{0}", Level = EventLevel.Error)]
    public void Failed(string message) => WriteEvent(1, message);

    [Event(2, Message = "{0}", Level = EventLevel.Warning)]
    public void Degraded(string message) => WriteEvent(2, message);

    [Event(3, Message = "{0}", Level = EventLevel.Informational)]
    public void Recovered(string message) => WriteEvent(3, message);
}
