using System.Collections.Concurrent;
using System.Collections.Frozen;
using OpenTelemetry.Trace;

namespace DynamicSampling.Sampler.Decisions;

/// <summary>Finds the operation of a root, by the rates and names of one moment. Only the roots that it has no name for are added.</summary>
internal sealed class DecisionTable
{
    private readonly FrozenDictionary<string, Operation> _operations;
    private readonly PathTemplates<Operation> _paths;
    private readonly ConcurrentDictionary<string, Operation> _newcomers = new(StringComparer.Ordinal);
    private readonly Operation _other;

    // The operation that has the name with which requests of ASP.NET Core begin, if there is one.
    private readonly Operation? _unnamedRequests;
    private readonly int _room;
    private int _newcomerCount;

    /// <param name="strategy">The rates.</param>
    /// <param name="names">Operations that are told apart, as many as there is room for.</param>
    /// <param name="passing">Names that no span keeps.</param>
    /// <param name="limit">How many operations are told apart, but for those of the strategy.</param>
    public DecisionTable(Strategy strategy, IEnumerable<string> names, IEnumerable<string> passing, int limit)
    {
        Strategy = strategy;
        _other = new(OperationNames.Other, strategy.DefaultRate);
        var operations = new Dictionary<string, Operation>(StringComparer.Ordinal);
        foreach (var (name, rate) in strategy.Operations)
        {
            if (OperationNames.AreGood(name) && name != OperationNames.Other)
                operations.Add(name, new(name, rate));
        }

        foreach (var name in names)
        {
            if (operations.Count >= limit)
                break;
            operations.TryAdd(name, new(name, strategy.DefaultRate));
        }

        _room = limit - operations.Count;
        All = [_other, .. operations.Values];
        _paths = new(operations.Select(operation => (operation.Key, operation.Value)), _other);
        foreach (var name in passing)
            operations.TryAdd(name, _other);
        _operations = operations.ToFrozenDictionary(StringComparer.Ordinal);
        _unnamedRequests = _operations.GetValueOrDefault(HttpRequestTags.AspNetCoreName);
    }

    public Strategy Strategy { get; }

    /// <summary>The operations that were known when the table was made.</summary>
    public IReadOnlyList<Operation> All { get; }

    /// <summary>The operations that have come since.</summary>
    public IEnumerable<Operation> Newcomers => _newcomers.Select(newcomer => newcomer.Value);

    public int Count => All.Count + Volatile.Read(ref _newcomerCount);

    /// <summary>Whether a name is known: as an operation's, or as one that no span keeps.</summary>
    public bool Has(string name) => _operations.ContainsKey(name);

    /// <summary>Whether a name is one that no span keeps.</summary>
    public bool IsPassing(string name) => _operations.TryGetValue(name, out var operation) && ReferenceEquals(operation, _other);

    /// <summary>The operation that has a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="isRoot">Whether a root has it: what others are called takes no room, since only roots are counted.</param>
    public Operation OfName(string? name, bool isRoot)
    {
        if (name is null)
            return _other;
        return _operations.TryGetValue(name, out var operation) || _newcomers.TryGetValue(name, out operation) ? operation : isRoot ? OfNewcomer(name) : _other;
    }

    /// <summary>The operation of a span that is about to start.</summary>
    public Operation Of(in SamplingParameters parameters, bool isRoot)
    {
        // Requests of ASP.NET Core all begin with one name, and some keep it: those that no route takes. So it says nothing of the others.
        var isOfAspNetCore = parameters.Name == HttpRequestTags.AspNetCoreName;
        if (!isOfAspNetCore && parameters.Name is { } name && _operations.TryGetValue(name, out var operation))
            return operation;
        var request = HttpRequestTags.Read(parameters);
        if (!request.AreThere)
            return OfName(parameters.Name, isRoot);
        return request.Path.IsEmpty ? (isOfAspNetCore ? _unnamedRequests : null) ?? _other : _paths.Find(request.Method, request.Path) ?? _other;
    }

    private Operation OfNewcomer(string name)
    {
        if (Volatile.Read(ref _newcomerCount) >= _room || !OperationNames.AreGood(name) || name == OperationNames.Other)
            return _other;
        // Before it is added, so that there are never too many.
        if (Interlocked.Increment(ref _newcomerCount) > _room)
        {
            Interlocked.Decrement(ref _newcomerCount);
            return _other;
        }

        var newcomer = new Operation(name, Strategy.DefaultRate);
        var added = _newcomers.GetOrAdd(name, newcomer);
        if (!ReferenceEquals(added, newcomer))
            Interlocked.Decrement(ref _newcomerCount);
        return added;
    }
}
