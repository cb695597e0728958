using DynamicSampling.Dashboard.Services;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Dashboard;

/// <summary>Puts transactions that were counted and those that have rates of their own together.</summary>
/// <param name="current">The rates in force; null before the first.</param>
/// <param name="before">Those of the version before, if it is kept.</param>
/// <param name="unpublished">What projects get that have no rates in them.</param>
internal sealed class TransactionRows(PublishedRates? current, PublishedRates? before, IReadOnlyDictionary<string, double> unpublished)
{
    private readonly List<RateRow> _rows = [];
    private readonly HashSet<(string Project, string Transaction)> _seen = [];

    public void Add(string project, string transaction, double total, double kept)
    {
        _seen.Add((project, transaction));
        if (current?.Find(project)?.Rate is { } rate)
            Add(rate, rate.Transactions.Find(transaction), transaction, total, kept);
        else
            AddUnpublished(project, transaction, total, kept);
    }

    /// <summary>Adds those that have rates and no traffic; false when there are more than there is room for.</summary>
    public bool TryAddThoseWithoutTraffic(int room)
    {
        foreach (var project in current?.Projects ?? [])
        {
            foreach (var own in project.Transactions)
            {
                if (_seen.Contains((project.Project, own.Transaction)))
                    continue;
                if (_rows.Count >= room)
                    return false;
                Add(project, own, own.Transaction, total: 0, kept: 0);
            }
        }

        return true;
    }

    public IReadOnlyList<RateRow> ToList() => _rows;

    private void Add(ProjectRate project, TransactionRate? own, string transaction, double total, double kept)
    {
        var factor = current!.FactorOf(project);
        var served = ServedRate.Of(project, transaction, own, factor);
        _rows.Add(new(project.Project, transaction, total, kept, served, before?.RateOf(project.Project, transaction), total * served)
        {
            Origin = own is null ? RateOrigin.Shared : RateOrigin.Own,
            Base = own?.Rate ?? project.ImplicitRate,
            Reason = ServedRate.ReasonOf(project, transaction, own, factor),
        });
    }

    private void AddUnpublished(string project, string transaction, double total, double kept)
    {
        // One that has been deleted since it was counted is gone.
        if (!unpublished.TryGetValue(project, out var rate))
            return;
        _rows.Add(new(project, transaction, total, kept, rate, before?.RateOf(project, transaction), total * rate) { Origin = RateOrigin.Target });
    }
}
