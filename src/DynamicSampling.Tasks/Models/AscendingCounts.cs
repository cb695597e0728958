using System.Buffers;

namespace DynamicSampling.Tasks.Models;

/// <summary>The counts of classes in ascending order, in rented memory; not to be copied, and to be disposed of once.</summary>
internal readonly ref struct AscendingCounts
{
    private readonly double[] _counts;
    private readonly int[] _places;
    private readonly int _length;

    public AscendingCounts(ReadOnlySpan<ClassVolume> classes)
    {
        _length = classes.Length;
        _counts = ArrayPool<double>.Shared.Rent(_length);
        _places = ArrayPool<int>.Shared.Rent(_length);
        for (var i = 0; i < classes.Length; i++)
        {
            _counts[i] = classes[i].Count;
            _places[i] = i;
        }

        Counts.Sort(_places.AsSpan(0, _length));

        // Added up in ascending order, the sum does not depend on the order of the input.
        foreach (var count in Counts)
            Total += count;
    }

    public Span<double> Counts => _counts.AsSpan(0, _length);

    /// <summary>Where each count is among the classes.</summary>
    public ReadOnlySpan<int> Places => _places.AsSpan(0, _length);

    /// <summary>The sum of the counts; infinite when a double cannot hold it.</summary>
    public double Total { get; }

    public void ThrowIfTooLarge(string name)
    {
        if (!double.IsFinite(Total))
            throw new ArgumentOutOfRangeException(name, Total, "The counts add up to more than a double can hold.");
    }

    public void Dispose()
    {
        ArrayPool<double>.Shared.Return(_counts);
        ArrayPool<int>.Shared.Return(_places);
    }
}
