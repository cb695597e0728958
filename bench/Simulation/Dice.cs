namespace DynamicSampling.Simulation;

/// <summary>Counts that are drawn by lot, the same in every run.</summary>
internal sealed class Dice(int seed)
{
    // From here on a normal distribution is near enough.
    private const double Many = 50;

    private readonly Random _random = new(seed);

    /// <summary>How many of independent events happen, so many being expected.</summary>
    public double Poisson(double expected)
    {
        if (expected >= Many)
            return Math.Max(0, Math.Round(expected + (Math.Sqrt(expected) * Normal())));
        var limit = Math.Exp(-expected);
        var count = -1;
        for (var product = 1.0; product > limit; count++)
            product *= _random.NextDouble();
        return Math.Max(0, count);
    }

    /// <summary>How many of so many are kept at a rate.</summary>
    public double Binomial(double total, double rate)
    {
        var variance = total * rate * (1 - rate);
        if (variance >= Many)
            return Math.Clamp(Math.Round((total * rate) + (Math.Sqrt(variance) * Normal())), 0, total);
        if (rate is 0 or 1)
            return total * rate;
        if (total > 10_000)
            return Math.Min(total, Poisson(total * Math.Min(rate, 1 - rate)) is var few && rate <= 0.5 ? few : total - few);
        double kept = 0;
        for (var i = 0; i < total; i++)
            kept += _random.NextDouble() < rate ? 1 : 0;
        return kept;
    }

    private double Normal() =>
        Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
