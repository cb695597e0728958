namespace DynamicSampling.Tasks.Runtime;

/// <summary>
/// The few named things of one run, in the order of their first use. A run has a handful of them, so a scan of an array beats
/// hashing; names are mostly the same string instance. Reading takes no lock.
/// </summary>
internal sealed class NameTable<T>(int limit, Func<T, string> nameOf)
    where T : class
{
    private readonly Lock _gate = new();
    private T[] _items = [];
    private int _count;

    public ReadOnlySpan<T> Items
    {
        get
        {
            // The count is published after its item, and arrays only grow: read the count first.
            var count = Volatile.Read(ref _count);
            return Volatile.Read(ref _items).AsSpan(0, count);
        }
    }

    public bool IsFull => Volatile.Read(ref _count) == limit;

    public T? Find(string name)
    {
        foreach (var item in Items)
        {
            var candidate = nameOf(item);
            if (ReferenceEquals(candidate, name) || string.Equals(candidate, name, StringComparison.Ordinal))
                return item;
        }

        return null;
    }

    /// <summary>Finds or adds; null when the table is full and does not have it.</summary>
    public T? GetOrAdd<TArg>(string name, TArg arg, Func<string, TArg, T> create)
    {
        if (Find(name) is { } known)
            return known;
        lock (_gate)
        {
            if (Find(name) is { } raced)
                return raced;
            if (_count == limit)
                return null;
            var created = create(name, arg);
            if (_count == _items.Length)
            {
                var grown = new T[Math.Max(4, _count * 2)];
                _items.CopyTo(grown, 0);
                Volatile.Write(ref _items, grown);
            }

            _items[_count] = created;
            Volatile.Write(ref _count, _count + 1);
            return created;
        }
    }
}
