using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace DynamicSampling.Tasks.Sampling;

/// <summary>
/// A part of the organizations. Each organization is in one of <see cref="Count"/> parts for as long as there are so many, and the parts are about equal.
/// </summary>
public sealed record OrganizationShard
{
    /// <summary>The most parts there may be.</summary>
    public const int MaxCount = 1024;

    /// <summary>Names a part.</summary>
    /// <param name="number">Which of the parts, from 0.</param>
    /// <param name="count">How many parts there are, 1 to <see cref="MaxCount"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such part.</exception>
    public OrganizationShard(int number, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxCount);
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, count);
        (Number, Count) = (number, count);
    }

    /// <summary>Which of the parts, from 0.</summary>
    public int Number { get; }

    /// <summary>How many parts there are.</summary>
    public int Count { get; }

    /// <summary>All parts.</summary>
    /// <param name="count">How many parts there are, 1 to <see cref="MaxCount"/>.</param>
    public static IEnumerable<OrganizationShard> All(int count) => Enumerable.Range(0, count).Select(number => new OrganizationShard(number, count));

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out OrganizationShard? shard)
    {
        shard = null;
        var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        if (slash < 0
            || !int.TryParse(text.AsSpan(0, slash), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || count is < 1 or > MaxCount || number >= count)
        {
            return false;
        }

        shard = new(number, count);
        return true;
    }

    /// <summary>Number and count, for instance <c>3/16</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}/{Count}");
}
