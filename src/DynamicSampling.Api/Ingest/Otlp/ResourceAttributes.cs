namespace DynamicSampling.Api.Ingest.Otlp;

/// <summary>What a resource's attributes say of where spans come from. Of an attribute that is there more than once, the last counts.</summary>
internal ref struct ResourceAttributes
{
    private SpanResource _resource;
    private ReadOnlySpan<byte> _olderEnvironment;

    /// <summary>What has been taken in.</summary>
    public readonly SpanResource Resource
    {
        get
        {
            var resource = _resource;
            if (resource.Environment.IsEmpty)
                resource.Environment = _olderEnvironment;
            return resource;
        }
    }

    /// <summary>Whether an attribute may be one of these.</summary>
    public static bool Concerns(ReadOnlySpan<byte> key) => key.StartsWith("service."u8) || key.StartsWith("deployment."u8);

    /// <summary>Takes an attribute in, if it is one of these.</summary>
    /// <param name="key">The name.</param>
    /// <param name="text">The value if it is a string; else empty.</param>
    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> text)
    {
        if (key.SequenceEqual("service.name"u8))
            _resource.Service = text;
        else if (key.SequenceEqual("service.version"u8))
            _resource.Release = text;
        else if (key.SequenceEqual("deployment.environment.name"u8))
            _resource.Environment = text;
        else if (key.SequenceEqual("deployment.environment"u8))
            _olderEnvironment = text;
    }
}
