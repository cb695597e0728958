namespace DynamicSampling.Tasks.Sampling;

/// <summary>How many traces of its window a project keeps at given rates.</summary>
public static class Spending
{
    /// <summary>Traces that are kept.</summary>
    /// <param name="rate">What is published for the project.</param>
    /// <param name="factor">The recalibration factor.</param>
    public static double Of(ProjectRate rate, double factor)
    {
        ArgumentNullException.ThrowIfNull(rate);
        var scale = Scale(rate);
        var spent = OfOthers(rate) * ServedRate.OfOthers(rate, factor);
        foreach (var transaction in rate.Transactions)
            spent += transaction.Total * scale * ServedRate.Of(rate, transaction.Transaction, transaction, factor);
        return spent;
    }

    /// <summary>Traces of transactions that are not named.</summary>
    public static double OfOthers(ProjectRate rate)
    {
        ArgumentNullException.ThrowIfNull(rate);
        double named = 0;
        foreach (var transaction in rate.Transactions)
            named += transaction.Total;
        return Math.Max(0, rate.Total - (named * Scale(rate)));
    }

    /// <summary>Transactions may have been counted in an earlier window than the project; their shares are taken over.</summary>
    public static double Scale(ProjectRate rate)
    {
        ArgumentNullException.ThrowIfNull(rate);
        return rate.TransactionsTotal > 0 ? rate.Total / rate.TransactionsTotal : 1;
    }
}
