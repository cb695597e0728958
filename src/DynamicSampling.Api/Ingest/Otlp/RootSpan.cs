using System.Runtime.InteropServices;

namespace DynamicSampling.Api.Ingest.Otlp;

/// <summary>A root span, as far as counting needs it. The name's bytes are those of the body: take over what is to stay.</summary>
internal ref struct RootSpan
{
    /// <summary>Names the span; the default value when the body does not.</summary>
    public SpanIdentity Identity;

    /// <summary>The name, in what should be UTF-8.</summary>
    public ReadOnlySpan<byte> Name;

    /// <summary>When it started, in nanoseconds since the Unix epoch; 0 when that is not known.</summary>
    public ulong StartNanoseconds;

    /// <summary>The probability with which the client kept it; null when the span does not say.</summary>
    public double? Probability;
}

/// <summary>Names a span.</summary>
/// <param name="Trace">The trace's id.</param>
/// <param name="Span">The span's id.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SpanIdentity(UInt128 Trace, ulong Span);

/// <summary>Where spans come from; what is not known is empty.</summary>
internal ref struct SpanResource
{
    /// <summary><c>service.name</c>.</summary>
    public ReadOnlySpan<byte> Service;

    /// <summary><c>service.version</c>.</summary>
    public ReadOnlySpan<byte> Release;

    /// <summary><c>deployment.environment.name</c>, or the older <c>deployment.environment</c>.</summary>
    public ReadOnlySpan<byte> Environment;
}

/// <summary>Takes the root spans of a body.</summary>
internal interface IRootSpans
{
    /// <summary>The spans that follow come from there.</summary>
    void Begin(in SpanResource resource);

    /// <summary>A root span of that resource.</summary>
    void Add(in RootSpan span);
}
