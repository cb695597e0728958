namespace DynamicSampling.Api.Ingest.Otlp;

/// <summary>
/// What a span's attributes say of the sampler that kept it, in the writings of different clients. Of an attribute that is there more
/// than once, the last counts.
/// </summary>
internal struct SamplerAttributes
{
    private Writing _plain;
    private Writing _jaeger;
    private double? _oneIn;

    /// <summary>The probability; null when the attributes do not say.</summary>
    public readonly double? Probability => _plain.Probability ?? _jaeger.Probability ?? _oneIn;

    /// <summary>Whether an attribute may be one of these.</summary>
    public static bool Concerns(ReadOnlySpan<byte> key) =>
        !key.IsEmpty && key[0] is (byte)'s' or (byte)'j' or (byte)'S'
        && (key.StartsWith("sampler."u8) || key.StartsWith("jaeger.sampler."u8) || key.SequenceEqual("SampleRate"u8));

    /// <summary>Takes an attribute in, if it is one of these.</summary>
    /// <param name="key">The name.</param>
    /// <param name="text">The value if it is a string; else empty.</param>
    /// <param name="number">The value if it is a number; else null.</param>
    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> text, double? number)
    {
        if (key.SequenceEqual("SampleRate"u8))
            _oneIn = number is { } count ? Otlp.Probability.OfOneIn(count) : null;
        else if (key.StartsWith("sampler."u8))
            _plain.Add(key[8..], text, number);
        else if (key.StartsWith("jaeger.sampler."u8))
            _jaeger.Add(key[15..], text, number);
    }

    private struct Writing
    {
        private bool _isProbabilistic;
        private double? _probability;

        public readonly double? Probability => _isProbabilistic ? _probability : null;

        public void Add(ReadOnlySpan<byte> member, ReadOnlySpan<byte> text, double? number)
        {
            if (member.SequenceEqual("type"u8))
                _isProbabilistic = text.SequenceEqual("probabilistic"u8);
            else if (member.SequenceEqual("param"u8))
                _probability = number is { } value ? Otlp.Probability.OfNumber(value) : Otlp.Probability.OfText(text);
        }
    }
}
