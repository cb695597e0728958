using System.Diagnostics;
using OpenTelemetry.Trace;

namespace DynamicSampling.Sampler.Decisions;

/// <summary>Decides by the table of the moment, replaces it when rates or names change, and takes what was counted from it.</summary>
internal sealed class Decider
{
    // Requests to others start with this name and are called by their method when they end.
    private const string HttpClientName = "System.Net.Http.HttpRequestOut";
    private const int ReplacedTables = 2;
    private static readonly TimeSpan LongestInterval = TimeSpan.FromDays(1);
    private static readonly SamplingResult Kept = new(SamplingDecision.RecordAndSample);
    private static readonly SamplingResult Dropped = new(SamplingDecision.Drop);
    private readonly Settings _settings;
    private readonly bool _isParentBased;
    private readonly OperationNaming? _naming;
    private readonly KnownNames _names;
    private readonly Gate _gate = new();

    // The tables that were replaced last, by which somebody may still be deciding: what they count is taken, too.
    private readonly Queue<DecisionTable> _replaced = new(ReplacedTables + 1);
    private readonly Action<Exception> _namingFailed;
    private volatile DecisionTable _table;
    private long _start;

    /// <param name="settings">The settings.</param>
    /// <param name="namingFailed">Is told what the user's own naming throws.</param>
    public Decider(Settings settings, Action<Exception> namingFailed)
    {
        _settings = settings;
        _isParentBased = settings.ParentBased;
        _naming = settings.OperationName;
        _namingFailed = namingFailed;
        _names = new(settings.MaxOperations, settings.Clock);
        _start = settings.Clock.GetTimestamp();
        _table = MakeTable(Strategy.Of(settings.InitialSampleRate));
    }

    public Strategy Strategy => _table.Strategy;

    public int Operations => _table.Count;

    public SamplingResult Decide(in SamplingParameters parameters)
    {
        var parent = parameters.ParentContext;
        var isRoot = parent.TraceId == default;
        if (!isRoot && _isParentBased)
            return (parent.TraceFlags & ActivityTraceFlags.Recorded) == ActivityTraceFlags.None ? Dropped : Kept;
        // The user's code may take its time, in which tables are replaced.
        var name = _naming is { } naming ? NameOf(naming, parameters) : null;
        var table = _table;
        var operation = name is not null ? table.OfName(name, isRoot) : table.Of(parameters, isRoot);
        return operation.Decide(parameters.TraceId, parent.TraceState, isRoot);
    }

    /// <summary>Learns from the first span of a trace that was kept, at its end.</summary>
    public void Learn(Activity root)
    {
        // Nearly always there is nothing new in it.
        var table = _table;
        var start = root.OperationName;
        if (!table.Has(root.DisplayName) || !(start == HttpRequestTags.AspNetCoreName || table.Has(start)) || table.IsPassing(start))
            _names.Learn(root);
    }

    /// <summary>Decides by other rates from now on.</summary>
    /// <returns>What was decided by those before; null when that is nothing.</returns>
    public Interval? Follow(Strategy strategy)
    {
        lock (_gate)
        {
            LearnNewcomers();
            LearnThoseWithoutRate(strategy);
            return Replace(strategy, evenEmpty: false);
        }
    }

    /// <summary>Takes what was counted since the last time.</summary>
    /// <param name="evenEmpty">Whether to end the interval when nothing was; otherwise it goes on.</param>
    public Interval? Cut(bool evenEmpty)
    {
        lock (_gate)
        {
            LearnNewcomers();
            return _names.Refresh() ? Replace(Strategy, evenEmpty) : Take(_table, evenEmpty);
        }
    }

    private Interval? Replace(Strategy strategy, bool evenEmpty)
    {
        var before = _table;
        _table = MakeTable(strategy);
        var interval = Take(before, evenEmpty);
        _replaced.Enqueue(before);
        if (_replaced.Count > ReplacedTables)
            _replaced.Dequeue();
        return interval;
    }

    private void LearnNewcomers()
    {
        foreach (var newcomer in _table.Newcomers)
            _names.Learn(newcomer.Name);
    }

    // The service leaves out operations that have the default rate. They are not gone.
    private void LearnThoseWithoutRate(Strategy next)
    {
        foreach (var name in Strategy.Operations.Keys)
        {
            if (!next.Operations.ContainsKey(name))
                _names.Learn(name);
        }
    }

    private DecisionTable MakeTable(Strategy strategy)
    {
        var (names, passing) = _names.Read();
        return new(strategy, names, [.. passing, HttpClientName], _settings.MaxOperations);
    }

    private Interval? Take(DecisionTable table, bool evenEmpty)
    {
        var counts = new CountsOfOperations();
        foreach (var operation in table.All.Concat(table.Newcomers))
            counts.Add(operation);
        foreach (var operation in _replaced.SelectMany(replaced => replaced.All.Concat(replaced.Newcomers)))
            counts.Add(operation);
        _names.Touch(counts.Names);
        if (counts.IsEmpty && !evenEmpty)
            return null;
        var now = _settings.Clock.GetTimestamp();
        var elapsed = _settings.Clock.GetElapsedTime(_start, now);
        _start = now;
        // Its length is not taken from the time of day, which may have been set meanwhile. The service wants at least the millisecond that it is written in.
        elapsed = TimeSpan.FromTicks(Math.Clamp(elapsed.Ticks, TimeSpan.TicksPerMillisecond, LongestInterval.Ticks));
        var end = _settings.Clock.GetUtcNow();
        return new(table.Strategy.Tag, end - elapsed, end, counts.ToArray());
    }

    private string? NameOf(OperationNaming naming, in SamplingParameters parameters)
    {
        try
        {
            return naming(parameters);
        }
        catch (Exception exception)
        {
            _namingFailed(exception);
            return null;
        }
    }
}
