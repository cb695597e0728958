namespace DynamicSampling.IntegrationTests.Clients;

/// <summary>What chance can do. Each of these fails for what is right less than once in four million times.</summary>
internal static class Chance
{
    // Both sides together: 2 exp(-Limit).
    private const double Limit = 16;

    /// <summary>So many were kept of so many, each with the same probability: Chernoff's bound, which holds for few as well as for many.</summary>
    public static void AssertLottery(double kept, double created, double rate)
    {
        var share = kept / created;
        var divergence = created * (Divergence(share, rate) + Divergence(1 - share, 1 - rate));
        Assert.True(divergence <= Limit, $"{kept} of {created} is not what a rate of {rate} keeps.");
    }

    /// <summary>An estimate is near what it is an estimate of: Bernstein's bound.</summary>
    /// <param name="estimate">The sum of 1 / rate over what was kept.</param>
    /// <param name="created">What there was.</param>
    /// <param name="parts">What there was, by the rate that it was kept at.</param>
    public static void AssertEstimate(double estimate, double created, IReadOnlyCollection<(double Created, double Rate)> parts)
    {
        var variance = parts.Sum(part => part.Created * (1 - part.Rate) / part.Rate);
        var bound = Math.Sqrt(2 * Limit * variance) + (Limit * (parts.Max(part => 1 / part.Rate) - 1) / 3);
        Assert.True(Math.Abs(estimate - created) <= bound + (created * 1e-9), $"{created} traces are not estimated as {estimate}: that is more than {bound} off.");
    }

    private static double Divergence(double share, double rate) => share switch
    {
        0 => 0,
        _ when rate == 0 => double.PositiveInfinity,
        _ => share * Math.Log(share / rate),
    };
}
