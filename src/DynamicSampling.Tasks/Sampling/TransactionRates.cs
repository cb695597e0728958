using System.Collections;
using System.Runtime.CompilerServices;

namespace DynamicSampling.Tasks.Sampling;

/// <summary>The transactions of a project that have rates of their own: an immutable list with a lookup by name.</summary>
[CollectionBuilder(typeof(TransactionRates), nameof(Create))]
public sealed class TransactionRates : IReadOnlyList<TransactionRate>, IEquatable<TransactionRates>
{
    /// <summary>No transactions.</summary>
    public static readonly TransactionRates Empty = new([]);

    private readonly TransactionRate[] _items;
    private Dictionary<string, TransactionRate>? _byName;

    private TransactionRates(TransactionRate[] items) => _items = items;

    /// <summary>Makes the list.</summary>
    /// <exception cref="ArgumentException">A transaction comes twice; when it is first looked for.</exception>
    public static TransactionRates Create(ReadOnlySpan<TransactionRate> items) => items.IsEmpty ? Empty : new(items.ToArray());

    /// <inheritdoc/>
    public int Count => _items.Length;

    /// <inheritdoc/>
    public TransactionRate this[int index] => _items[index];

    /// <summary>The transaction of that name; null when it gets the implicit rate.</summary>
    public TransactionRate? Find(string transaction)
    {
        if (_items.Length == 0)
            return null;
        // Made on first use, since many lists are only passed on; two threads at once make the same.
        _byName ??= _items.ToDictionary(item => item.Transaction, StringComparer.Ordinal);
        return _byName.GetValueOrDefault(transaction);
    }

    /// <inheritdoc/>
    public bool Equals(TransactionRates? other) => other is not null && (ReferenceEquals(this, other) || _items.AsSpan().SequenceEqual(other._items));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TransactionRates);

    /// <inheritdoc/>
    public override int GetHashCode() => _items.Length == 0 ? 0 : HashCode.Combine(_items.Length, _items[0]);

    /// <inheritdoc/>
    public IEnumerator<TransactionRate> GetEnumerator() => ((IEnumerable<TransactionRate>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _items.GetEnumerator();
}
