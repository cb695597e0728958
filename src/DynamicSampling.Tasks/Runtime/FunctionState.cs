using DynamicSampling.Tasks.Telemetry;

namespace DynamicSampling.Tasks.Runtime;

/// <summary>What one function of a run has done so far. Increments are atomic; counts never go down.</summary>
public sealed class FunctionState
{
    /// <summary>How many counters of its own a function may have; what goes beyond is counted under <c>__other__</c>.</summary>
    public const int MaxCounters = 16;

    private NameTable<Counter>? _counters;
    private Counter? _otherCounter;
    private long _rows;
    private long _dbCalls;
    private long _iterations;
    private long _projects;
    private long _orgs;

    internal FunctionState(NamedTimer timer) => Timer = timer;

    /// <summary>The function's name.</summary>
    public string Name => Timer.Name;

    /// <summary>The function's timer.</summary>
    public NamedTimer Timer { get; }

    /// <summary>Wall time during which at least one call of the function was under way.</summary>
    public TimeSpan ExecutionTime => Timer.Elapsed;

    /// <summary>Rows handled.</summary>
    public long NumRowsTotal => Volatile.Read(ref _rows);

    /// <summary>Database calls made.</summary>
    public long NumDbCalls => Volatile.Read(ref _dbCalls);

    /// <summary>Pages, batches or items gone through.</summary>
    public long NumIterations => Volatile.Read(ref _iterations);

    /// <summary>Projects handled.</summary>
    public long NumProjects => Volatile.Read(ref _projects);

    /// <summary>Organizations handled.</summary>
    public long NumOrgs => Volatile.Read(ref _orgs);

    /// <summary>Counts rows.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    public void AddRows(long count) => Add(ref _rows, count);

    /// <summary>Counts database calls.</summary>
    /// <inheritdoc cref="AddRows" path="/exception"/>
    public void AddDbCalls(long count = 1) => Add(ref _dbCalls, count);

    /// <summary>Counts iterations.</summary>
    /// <inheritdoc cref="AddRows" path="/exception"/>
    public void AddIterations(long count = 1) => Add(ref _iterations, count);

    /// <summary>Counts projects.</summary>
    /// <inheritdoc cref="AddRows" path="/exception"/>
    public void AddProjects(long count) => Add(ref _projects, count);

    /// <summary>Counts organizations.</summary>
    /// <inheritdoc cref="AddRows" path="/exception"/>
    public void AddOrgs(long count = 1) => Add(ref _orgs, count);

    /// <summary>Counts something of the function's own; the name shows in the statistics as it is.</summary>
    /// <inheritdoc cref="AddRows" path="/exception"/>
    public void Add(string counter, long count = 1)
    {
        ArgumentException.ThrowIfNullOrEmpty(counter);
        var counters = Volatile.Read(ref _counters);
        if (counters is null)
        {
            var created = new NameTable<Counter>(MaxCounters, static item => item.Name);
            counters = Interlocked.CompareExchange(ref _counters, created, null) ?? created;
        }

        var found = (string.Equals(counter, TelemetryNames.Other, StringComparison.Ordinal)
                ? null
                : counters.GetOrAdd(counter, arg: 0, static (name, _) => new Counter(name)))
            ?? LazyInitializer.EnsureInitialized(ref _otherCounter, static () => new Counter(TelemetryNames.Other));
        Add(ref found.Value, count);
    }

    internal Dictionary<string, long>? ReadCounters()
    {
        if (Volatile.Read(ref _counters) is not { } counters)
            return null;
        var values = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var counter in counters.Items)
            values.Add(counter.Name, Volatile.Read(ref counter.Value));
        if (Volatile.Read(ref _otherCounter) is { } other)
            values[other.Name] = Volatile.Read(ref other.Value);
        return values;
    }

    private static void Add(ref long counter, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Interlocked.Add(ref counter, count);
    }

    private sealed class Counter(string name)
    {
        public readonly string Name = name;
        public long Value;
    }
}
