using DynamicSampling.Dashboard.Text;

namespace DynamicSampling.Dashboard.Charts;

/// <summary>Where values are between the lower edge of a chart, which is 0, and the upper one, and which of them are named.</summary>
internal sealed class ValueScale
{
    private ValueScale(double most, IReadOnlyList<double> ticks) => (Most, Ticks) = (most, ticks);

    /// <summary>The value at the upper edge.</summary>
    public double Most { get; }

    /// <summary>Round values, the edges among them.</summary>
    public IReadOnlyList<double> Ticks { get; }

    /// <summary>A scale from 0 to a round value that is not below any.</summary>
    public static ValueScale Of(IEnumerable<double> values)
    {
        var most = values.Where(double.IsFinite).DefaultIfEmpty(0).Max();
        if (!(most > 0))
            return new(1, [0, 1]);
        // Three to five steps of 1, 2 or 5 times a power of ten.
        var rough = most / 4;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = (rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 } * power;
        var count = (int)Math.Ceiling((most / step) - 1e-9);
        return new(count * step, [.. Enumerable.Range(0, count + 1).Select(i => i * step)]);
    }

    /// <summary>0 at the lower edge, 1 at the upper one; beyond them it is the edge.</summary>
    public double At(double value) => Math.Clamp(value / Most, 0, 1);

    /// <summary>A value in few letters.</summary>
    public static string Write(double value, ValueFormat format) =>
        format == ValueFormat.Percent ? Format.Percent(value) : value is > 0 and < 1 ? Format.Number(value) : Format.Short(value);
}
