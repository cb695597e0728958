using DynamicSampling.Dashboard.Text;

namespace DynamicSampling.Dashboard.Charts;

/// <summary>Where values are between the lower and the upper edge of a chart, and which of them are named.</summary>
internal sealed class ValueScale
{
    // Rates below this are drawn as if they were this where the scale is logarithmic, which has no zero.
    private const double LeastLogarithmic = 1e-6;

    private readonly bool _isLogarithmic;

    private ValueScale(double least, double most, bool isLogarithmic, IReadOnlyList<double> ticks)
    {
        (Least, Most, _isLogarithmic) = (least, most, isLogarithmic);
        Ticks = ticks;
    }

    /// <summary>The value at the lower edge.</summary>
    public double Least { get; }

    /// <summary>The value at the upper edge.</summary>
    public double Most { get; }

    /// <summary>Round values, the edges among them.</summary>
    public IReadOnlyList<double> Ticks { get; }

    /// <summary>A scale from 0 to a round value that is not below any.</summary>
    public static ValueScale Linear(IEnumerable<double> values)
    {
        var most = values.Where(double.IsFinite).DefaultIfEmpty(0).Max();
        if (!(most > 0))
            return new(0, 1, isLogarithmic: false, [0, 1]);
        // Three to five steps of 1, 2 or 5 times a power of ten.
        var rough = most / 4;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = (rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 } * power;
        var count = (int)Math.Ceiling((most / step) - 1e-9);
        return new(0, count * step, isLogarithmic: false, [.. Enumerable.Range(0, count + 1).Select(i => i * step)]);
    }

    /// <summary>A scale of powers of ten around all values.</summary>
    public static ValueScale Logarithmic(IEnumerable<double> values)
    {
        var finite = values.Where(double.IsFinite).Select(value => Math.Max(value, LeastLogarithmic)).DefaultIfEmpty(1).ToList();
        var least = (int)Math.Floor(Math.Log10(finite.Min()) + 1e-9);
        var most = Math.Max((int)Math.Ceiling(Math.Log10(finite.Max()) - 1e-9), least + 1);
        return new(Math.Pow(10, least), Math.Pow(10, most), isLogarithmic: true, [.. Enumerable.Range(least, most - least + 1).Select(power => Math.Pow(10, power))]);
    }

    /// <summary>0 at the lower edge, 1 at the upper one; beyond them it is the edge.</summary>
    public double At(double value) => Math.Clamp(
        _isLogarithmic ? Math.Log10(Math.Max(value, LeastLogarithmic) / Least) / Math.Log10(Most / Least) : (value - Least) / (Most - Least), 0, 1);

    /// <summary>A value in few letters.</summary>
    public static string Write(double value, ValueFormat format) => format == ValueFormat.Percent ? Format.Percent(value) : value is > 0 and < 1 ? Format.Number(value) : Format.Short(value);
}
