using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>What is new in computed rates against the published ones, and whether it is worth a publication.</summary>
internal sealed class RateChanges
{
    private readonly OrganizationWork _work;
    private readonly double _threshold;
    private readonly List<RateChange>? _changes;
    private readonly List<ProjectChange> _projects = [];
    private double _keptBefore;
    private double _keptAfter;
    private long _changed;

    private RateChanges(OrganizationWork work, double threshold, bool listChanges)
    {
        _work = work;
        _threshold = threshold;
        _changes = listChanges ? [] : null;
    }

    public List<ProjectPublication> Changed { get; } = [];

    public List<string> Removed { get; } = [];

    /// <summary>Whether clients should hear of it.</summary>
    public bool IsWorthPublishing { get; private set; }

    /// <summary>All that would be served otherwise; null unless it was asked for.</summary>
    public RateDifference? Difference => _changes is null ? null : new(_keptBefore, _keptAfter, _changed, RateDifference.Largest(_changes))
    {
        Projects = RateDifference.Largest(_projects),
    };

    /// <summary>Compares what a pass has computed with what is published.</summary>
    /// <param name="work">The organization, computed.</param>
    /// <param name="projects">Whether the projects were computed, or only the organization's target.</param>
    /// <param name="threshold">By how much a served rate must move, relatively.</param>
    /// <param name="listChanges">Whether to list the changes one by one.</param>
    public static RateChanges Of(OrganizationWork work, bool projects, double threshold, bool listChanges)
    {
        var changes = new RateChanges(work, threshold, listChanges);
        changes.IsWorthPublishing = changes.OrganizationMoved();
        if (!projects)
            return changes;
        foreach (var project in work.Projects)
            changes.Compare(project);
        if (work.HasLostProjects)
            changes.RemoveLost();
        return changes;
    }

    private void RemoveLost()
    {
        var alive = _work.Projects.Select(project => project.Name).ToHashSet(StringComparer.Ordinal);
        Removed.AddRange(_work.ProjectsBefore.Keys.Where(name => !alive.Contains(name)));
        IsWorthPublishing = true;
    }

    private bool OrganizationMoved() => _work.Before is not { } before
        || before.Target.Source != _work.Target.Source
        || ServedRate.Moved(before.Target.Rate, _work.Target.Rate, _threshold)
        || before.Mode != _work.Mode
        || before.Floor != _work.Floor;

    private void Compare(ProjectWork project)
    {
        if (project.After is not { } after)
            return;
        // What it spends changes with the organization's factor, too.
        var factor = _work.FactorOf(after);
        if (project.Before is not { } before || after != before || factor != _work.Before!.FactorOf(before, _work.Now))
            Changed.Add(new(after, Spending.Of(after, factor)));
        IsWorthPublishing |= project.Before is null || !SameTerms(project.Before, after);
        var (changed, keptBefore, keptAfter) = (_changed, _keptBefore, _keptAfter);
        CompareClass(project, transaction: null, Spending.OfOthers(after));
        foreach (var transaction in after.Transactions)
            CompareClass(project, transaction.Transaction, transaction.Total * Spending.Scale(after));
        foreach (var transaction in project.Before?.Transactions ?? TransactionRates.Empty)
        {
            if (after.Transactions.Find(transaction.Transaction) is null)
                CompareClass(project, transaction.Transaction, count: 0);
        }

        if (_changed > changed)
            _projects.Add(new(project.Name, after.Total, _keptBefore - keptBefore, _keptAfter - keptAfter));
    }

    private void CompareClass(ProjectWork project, string? transaction, double count)
    {
        var now = _work.FactorOf(project.After!);
        var before = project.Before is { } published
            ? ServedRate.Of(published, transaction ?? "", _work.Before?.FactorOf(published, _work.Now) ?? 1)
            : _work.Before is { } version ? ServedRate.OfTarget(version.Target.Rate, version.Floor) : ServedRate.OfTarget(_work.Target.Rate, _work.Floor);
        var after = ServedRate.Of(project.After!, transaction ?? "", now);
        IsWorthPublishing |= ServedRate.Moved(before, after, _threshold);
        if (_changes is null)
            return;
        _keptBefore += count * before;
        _keptAfter += count * after;
        if (before == after)
            return;
        _changed++;
        _changes.Add(new(_work.Name, project.Name, transaction, before, after, count * before, count * after));
    }

    // Whether only numbers differ. What a setting turns on or off may show in no rate yet, and is to be served all the same.
    private static bool SameTerms(ProjectRate before, ProjectRate after)
    {
        if (before.Transactions.Count != after.Transactions.Count
            || (before.HealthChecks, before.Floor, before.Always, before.Maximum) != (after.HealthChecks, after.Floor, after.Always, after.Maximum)
            || before.Target?.Source != after.Target?.Source)
        {
            return false;
        }

        foreach (var transaction in after.Transactions)
        {
            if (before.Transactions.Find(transaction.Transaction) is not { } known
                || (known.Always, known.Maximum) != (transaction.Always, transaction.Maximum))
            {
                return false;
            }
        }

        return true;
    }
}
