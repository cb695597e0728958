using System.Runtime.InteropServices;

namespace DynamicSampling.Sampler.Decisions;

/// <summary>The counts of one interval, each operation once.</summary>
internal sealed class CountsOfOperations
{
    // As many as the service takes in a report; with it, what is beyond and has no name of its own.
    private const int MaxOperations = 10_000;
    private readonly Dictionary<string, OperationCount> _counts = new(StringComparer.Ordinal);

    public bool IsEmpty => _counts.Count == 0;

    public IEnumerable<string> Names => _counts.Keys;

    /// <summary>Takes what an operation has counted. The first rate that comes with a name stays.</summary>
    public void Add(Operation operation)
    {
        var (total, kept) = operation.Counter.Take();
        if (total == 0)
            return;
        var name = _counts.Count < MaxOperations - 1 || _counts.ContainsKey(operation.Name) ? operation.Name : OperationNames.Other;
        ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, name, out var exists);
        count = new(name, total + count.Total, kept + count.Kept, exists ? count.Rate : operation.Rate);
    }

    public OperationCount[] ToArray() => [.. _counts.Values];
}
