namespace DynamicSampling.Api.Ingest.Otlp.Metrics;

/// <summary>What the attributes of a data point say of the requests that it counts. Of an attribute that is there more than once, the last counts.</summary>
internal ref struct PointAttributes
{
    /// <summary><c>http.request.method</c>.</summary>
    public ReadOnlySpan<byte> Method { get; private set; }

    /// <summary><c>http.route</c>.</summary>
    public ReadOnlySpan<byte> Route { get; private set; }

    /// <summary><c>span.name</c>.</summary>
    public ReadOnlySpan<byte> SpanName { get; private set; }

    /// <summary><c>service.name</c>, which the spanmetrics connector repeats.</summary>
    public ReadOnlySpan<byte> Service { get; private set; }

    /// <summary>Whether <c>span.kind</c> is of spans that others call: only these may begin a trace.</summary>
    public bool IsEntry { get; private set; }

    /// <summary>Whether an attribute may be one of these.</summary>
    public static bool Concerns(ReadOnlySpan<byte> key) => key.StartsWith("http.r"u8) || key.StartsWith("span."u8) || key.SequenceEqual("service.name"u8);

    /// <summary>Takes an attribute in, if it is one of these.</summary>
    /// <param name="key">The name.</param>
    /// <param name="text">The value if it is a string; else empty.</param>
    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> text)
    {
        if (key.SequenceEqual("http.request.method"u8))
            Method = text;
        else if (key.SequenceEqual("http.route"u8))
            Route = text;
        else if (key.SequenceEqual("span.name"u8))
            SpanName = text;
        else if (key.SequenceEqual("span.kind"u8))
            IsEntry = text.SequenceEqual("SPAN_KIND_SERVER"u8) || text.SequenceEqual("SPAN_KIND_CONSUMER"u8);
        else if (key.SequenceEqual("service.name"u8))
            Service = text;
    }
}
