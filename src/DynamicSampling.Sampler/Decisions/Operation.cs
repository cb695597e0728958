using OpenTelemetry.Trace;

namespace DynamicSampling.Sampler.Decisions;

/// <summary>What is decided by one rate and counted under one name.</summary>
internal sealed class Operation
{
    private static readonly SamplingResult Dropped = new(SamplingDecision.Drop);
    private readonly string _threshold;
    private readonly string? _text;
    private readonly SamplingResult _kept;

    public Operation(string name, double rate)
    {
        var threshold = Threshold.Of(rate);
        Name = name;
        Rate = Threshold.RateOf(threshold);
        _threshold = Threshold.ComparableOf(threshold);
        // What keeps nothing has no threshold to tell.
        _text = Rate > 0 ? Threshold.TextOf(threshold) : null;
        _kept = new(SamplingDecision.RecordAndSample, $"ot=th:{_text}");
    }

    public string Name { get; }

    /// <summary>The rate that is applied: the one that was given, in steps of 2^-56.</summary>
    public double Rate { get; }

    public DecisionCounter Counter { get; } = new();

    /// <summary>Decides about a trace, and counts it if this is its first span.</summary>
    public SamplingResult Decide(in SamplingParameters parameters, bool isRoot)
    {
        var traceState = parameters.ParentContext.TraceState;
        var randomness = TraceState.RandomnessOf(traceState);
        if (randomness.IsEmpty)
            randomness = parameters.TraceId.ToHexString().AsSpan(^Threshold.Digits);
        var isKept = randomness.SequenceCompareTo(_threshold) >= 0;
        if (isRoot)
            Counter.Add(isKept);
        if (string.IsNullOrEmpty(traceState))
            return isKept ? _kept : Dropped;
        // What came with a trace state goes on with it, but not with a threshold that holds no longer.
        return new(isKept ? SamplingDecision.RecordAndSample : SamplingDecision.Drop, TraceState.With(traceState, isKept ? _text : null));
    }
}
