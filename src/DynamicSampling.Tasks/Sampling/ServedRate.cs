using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Tasks.Sampling;

/// <summary>From the models' rates to the one that clients get.</summary>
public static class ServedRate
{
    /// <summary>Health checks get the project's rate divided by this.</summary>
    public const double HealthCheckDivisor = 5;

    /// <summary>
    /// The rate of a transaction: clamp(base × factor, floor, 1). A pin of the transaction, else of the project, comes first; a project
    /// that is new is kept whole; a project's rate of exactly 0 or 1 is served as it is; a health check gets a fifth of the project's rate.
    /// </summary>
    /// <param name="project">What is published for the project.</param>
    /// <param name="transaction">The transaction's name.</param>
    /// <param name="factor">The recalibration factor.</param>
    public static double Of(ProjectRate project, string transaction, double factor)
    {
        ArgumentNullException.ThrowIfNull(project);
        ArgumentNullException.ThrowIfNull(transaction);
        return Of(project, transaction, project.Transactions.Find(transaction), factor);
    }

    /// <inheritdoc cref="Of(ProjectRate, string, double)"/>
    /// <param name="project">What is published for the project.</param>
    /// <param name="transaction">The transaction's name.</param>
    /// <param name="own">What is published for the transaction; null for nothing.</param>
    /// <param name="factor">The recalibration factor.</param>
    public static double Of(ProjectRate project, string transaction, TransactionRate? own, double factor)
    {
        ArgumentNullException.ThrowIfNull(project);
        var (minimum, maximum, rate) = Response(project, transaction, own);
        return minimum == maximum ? minimum : Math.Clamp(rate * factor, minimum, maximum);
    }

    /// <summary>The rate of the project's transactions that have none of their own and are no health checks.</summary>
    /// <param name="project">What is published for the project.</param>
    /// <param name="factor">The recalibration factor.</param>
    public static double OfOthers(ProjectRate project, double factor) => Of(project, transaction: "", own: null, factor);

    /// <summary>The rate of a project that has none of its own: the organization's target, and not less than its floor.</summary>
    /// <param name="target">The organization's target, 0 to 1.</param>
    /// <param name="floor">The organization's minimum rate, 0 to 1.</param>
    public static double OfTarget(double target, double floor) => target is 0 or 1 ? target : Math.Max(target, floor);

    /// <summary>The project's own rate as it would be served, were there no transactions with rates of their own.</summary>
    /// <param name="project">What is published for the project.</param>
    /// <param name="factor">The recalibration factor.</param>
    public static double OfProject(ProjectRate project, double factor)
    {
        ArgumentNullException.ThrowIfNull(project);
        var (minimum, maximum, _) = Response(project, transaction: "", own: null);
        return minimum == maximum ? minimum : Math.Clamp(project.Rate * factor, minimum, maximum);
    }

    /// <summary>Why a served rate is not simply base × factor.</summary>
    /// <param name="project">What is published for the project.</param>
    /// <param name="transaction">The transaction's name.</param>
    /// <param name="own">What is published for the transaction; null for nothing.</param>
    /// <param name="factor">The recalibration factor.</param>
    /// <returns>The reason; null when it is.</returns>
    public static RateReason? ReasonOf(ProjectRate project, string transaction, TransactionRate? own, double factor)
    {
        ArgumentNullException.ThrowIfNull(project);
        var (always, maximum) = Pinned(project, own);
        if (always)
            return RateReason.Always;
        if (project.Rate == 0 && !project.IsNew)
            return null;
        var (minimum, _, rate) = Response(project, transaction, own);
        var isHealthCheck = project.HealthChecks && HealthChecks.IsHealthCheck(transaction);
        // The cap counts before the floor.
        if (maximum is { } cap && (project.IsNew || project.Rate == 1 || (isHealthCheck ? rate : Math.Max(rate * factor, project.Floor)) >= cap))
            return RateReason.Maximum;
        if (project.IsNew)
            return RateReason.New;
        if (project.Rate == 1)
            return null;
        if (isHealthCheck)
            return RateReason.HealthCheck;
        return rate * factor < minimum ? RateReason.Floor : null;
    }

    /// <summary>How a served rate follows the factor: clamp(rate × factor, minimum, maximum). Where the two are one, it does not.</summary>
    internal static (double Minimum, double Maximum, double Rate) Response(ProjectRate project, string transaction, TransactionRate? own)
    {
        var (always, maximum) = Pinned(project, own);
        if (always)
            return Fixed(1);
        var cap = maximum ?? 1;
        if (project.IsNew)
            return Fixed(cap);
        if (project.Rate is 0 or 1)
            return Fixed(Math.Min(project.Rate, cap));
        if (project.HealthChecks && HealthChecks.IsHealthCheck(transaction))
            return Fixed(Math.Min(Math.Max(project.Rate / HealthCheckDivisor, project.Floor), cap));
        return (Math.Min(project.Floor, cap), cap, own?.Rate ?? project.ImplicitRate);

        static (double Minimum, double Maximum, double Rate) Fixed(double rate) => (rate, rate, rate);
    }

    // The pin of the transaction counts before that of its project.
    private static (bool Always, double? Maximum) Pinned(ProjectRate project, TransactionRate? own) =>
        own?.IsPinned == true ? (own.Always, own.Maximum) : (project.Always, project.Maximum);

    /// <summary>Whether a rate moved so far that clients should hear of it: by more than the threshold, or to or from 0 or 1.</summary>
    /// <param name="before">The served rate so far.</param>
    /// <param name="now">The served rate from now on.</param>
    /// <param name="threshold">Relative, 0 to 1.</param>
    public static bool Moved(double before, double now, double threshold)
    {
        if (before == now)
            return false;
        return before is 0 or 1 || now is 0 or 1 || Math.Abs(now - before) > threshold * before;
    }
}
