namespace DynamicSampling.Tasks.Sampling.Rules;

/// <summary>Counts in memory, for one project. A rule that comes when there is no room for its counter takes nothing.</summary>
/// <param name="capacity">How many rules are counted at most: 1 or more.</param>
public sealed class ReservoirCounters(int capacity = ReservoirCounters.DefaultCapacity) : IReservoirs
{
    /// <summary>Room for every custom rule that a document can have.</summary>
    public const int DefaultCapacity = 2000;

    private readonly int _capacity = capacity > 0
        ? capacity
        : throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "The capacity must be 1 or more.");

    private readonly Dictionary<int, long> _taken = [];
    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public bool TryTake(int ruleId, long limit)
    {
        lock (_lock)
        {
            var isKnown = _taken.TryGetValue(ruleId, out var taken);
            if (taken >= limit || (!isKnown && _taken.Count >= _capacity))
                return false;
            _taken[ruleId] = taken + 1;
            return true;
        }
    }

    /// <summary>How many traces a rule has taken.</summary>
    public long Taken(int ruleId)
    {
        lock (_lock)
            return _taken.GetValueOrDefault(ruleId);
    }

    /// <summary>Forgets a rule that ended, which makes room for another.</summary>
    public void Forget(int ruleId)
    {
        lock (_lock)
            _taken.Remove(ruleId);
    }
}
