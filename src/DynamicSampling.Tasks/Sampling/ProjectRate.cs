namespace DynamicSampling.Tasks.Sampling;

/// <summary>What is published for a project: everything that its rates follow from but the organization's factor.</summary>
/// <param name="Project">The project's name.</param>
/// <param name="Rate">The model's rate, 0 to 1, before factor and floor.</param>
/// <param name="Total">Root traces in the window it was computed from, before sampling.</param>
/// <param name="Kept">Root traces stored in that window.</param>
public sealed record ProjectRate(string Project, double Rate, double Total, double Kept)
{
    /// <summary>The model's rate of transactions that have none of their own, 0 to 1.</summary>
    public double ImplicitRate { get; init; } = Rate;

    /// <summary>
    /// The project's own recalibration factor: in <see cref="SamplingMode.Project"/>, and 1 where the recalibration is switched off; null for
    /// the organization's.
    /// </summary>
    public double? Factor { get; init; }

    /// <summary>No rate but 0 is served below this, 0 to 1.</summary>
    public double Floor { get; init; }

    /// <summary>Whether health checks get a fifth of the project's rate.</summary>
    public bool HealthChecks { get; init; }

    /// <summary>Whether the project is so new that it is kept whole.</summary>
    public bool IsNew { get; init; }

    /// <summary>Whether a pin keeps it always.</summary>
    public bool Always { get; init; }

    /// <summary>The rate above which a pin never lets it, 0 to 1; null without one.</summary>
    public double? Maximum { get; init; }

    /// <summary>The project's own target, in <see cref="SamplingMode.Project"/>.</summary>
    public TargetRate? Target { get; init; }

    /// <summary>How many transactions had traffic in the window.</summary>
    public long Names { get; init; }

    /// <summary>The volume of which <see cref="Transactions"/> are a part; it may be older than <see cref="Total"/>.</summary>
    public double TransactionsTotal { get; init; }

    /// <summary>Transactions with rates of their own, largest first.</summary>
    public TransactionRates Transactions { get; init; } = TransactionRates.Empty;
}
