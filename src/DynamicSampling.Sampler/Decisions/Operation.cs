using System.Diagnostics;
using OpenTelemetry.Trace;

namespace DynamicSampling.Sampler.Decisions;

/// <summary>What is decided by one rate and counted under one name.</summary>
internal sealed class Operation
{
    private const int TraceIdDigits = 32;
    private static readonly SamplingResult Dropped = new(SamplingDecision.Drop);
    private readonly string _threshold;
    private readonly char _first;
    private readonly string? _text;
    private readonly SamplingResult _kept;

    public Operation(string name, double rate)
    {
        var threshold = Threshold.Of(rate);
        Name = name;
        Rate = Threshold.RateOf(threshold);
        _threshold = Threshold.ComparableOf(threshold);
        _first = _threshold[0];
        // What keeps nothing has no threshold to tell.
        _text = Rate > 0 ? Threshold.TextOf(threshold) : null;
        _kept = new(SamplingDecision.RecordAndSample, $"ot=th:{_text}");
    }

    public string Name { get; }

    /// <summary>The rate that is applied: the one that was given, in steps of 2^-56.</summary>
    public double Rate { get; }

    public DecisionCounter Counter { get; } = new();

    /// <summary>Decides about a trace, and counts it if this is its first span.</summary>
    public SamplingResult Decide(ActivityTraceId traceId, string? traceState, bool isRoot)
    {
        if (!string.IsNullOrEmpty(traceState))
            return Decide(traceId, traceState.AsSpan(), isRoot);
        var isKept = IsKept(traceId.ToHexString().AsSpan(TraceIdDigits - Threshold.Digits), isRoot);
        return isKept ? _kept : Dropped;
    }

    // What came with a trace state goes on with it, but not with a threshold that holds no longer.
    private SamplingResult Decide(ActivityTraceId traceId, ReadOnlySpan<char> traceState, bool isRoot)
    {
        var randomness = TraceState.RandomnessOf(traceState);
        var isKept = IsKept(randomness.IsEmpty ? traceId.ToHexString().AsSpan(TraceIdDigits - Threshold.Digits) : randomness, isRoot);
        return new(isKept ? SamplingDecision.RecordAndSample : SamplingDecision.Drop, TraceState.With(traceState, isKept ? _text : null));
    }

    private bool IsKept(ReadOnlySpan<char> randomness, bool isRoot)
    {
        // The first digit nearly always says it.
        var first = randomness[0] - _first;
        var isKept = first > 0 || (first == 0 && randomness.SequenceCompareTo(_threshold) >= 0);
        if (isRoot)
            Counter.Add(isKept);
        return isKept;
    }
}
