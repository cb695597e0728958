using System.Runtime.InteropServices;
using DynamicSampling.Tasks.Models;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>The traffic of the last minutes, by what its rate follows, and what the rates in force should have kept of it.</summary>
internal sealed class RecentTraffic
{
    private readonly OrganizationWork _work;
    private readonly RatesHistory _history;
    private readonly MinuteWindow _window;
    private readonly TimeSpan _lag;
    private readonly TimeSpan _step;
    private readonly Dictionary<string, OfProject> _projects = new(StringComparer.Ordinal);

    /// <param name="work">The organization, with the rates to be published.</param>
    /// <param name="window">The minutes.</param>
    /// <param name="history">What was in force.</param>
    /// <param name="lag">How late clients may follow.</param>
    /// <param name="cycle">The time from one publication to the next, at least.</param>
    public RecentTraffic(OrganizationWork work, MinuteWindow window, RatesHistory history, TimeSpan lag, TimeSpan cycle)
    {
        _work = work;
        _history = history;
        _window = window;
        _lag = lag;
        _step = cycle < TimeSpan.FromMinutes(1) ? cycle : TimeSpan.FromMinutes(1);
        foreach (var project in work.Projects)
            _projects.Add(project.Name, new(project, Minutes));
    }

    private int Minutes => (int)(_window.Last - _window.First + 1);

    public void Add(in TransactionMinute minute)
    {
        if (!_projects.TryGetValue(minute.Project, out var project))
            _projects.Add(minute.Project, project = new(project: null, Minutes));
        if (!(minute.Total >= 0 && double.IsFinite(minute.Total) && minute.Kept >= 0 && double.IsFinite(minute.Kept)))
        {
            // A minute that cannot be is left out; the others still tell.
            if (project.Project is { } broken)
                broken.Error ??= ProjectWork.VolumeError;
            return;
        }

        project.Total += minute.Total;
        var (least, most) = RatesInForce(minute);
        if (!minute.IsExact && IsYoung(project.Project, minute.Minute))
            most = 1;
        project.Minutes[minute.Minute - _window.First] += new KeptOfMinute(minute.Kept, minute.Total * least, minute.Total * most);

        if (project.Project is not { } work || (work.After ?? work.Before) is not { } rate)
        {
            // Not in the rates yet: it is served the target.
            var served = ServedRate.OfTarget(_work.Target.Rate, _work.Floor);
            AddTo(project, "", new(0, served, served, served), minute.Total);
            return;
        }

        var own = rate.Transactions.Find(minute.Transaction);
        var (minimum, maximum, follows) = ServedRate.Response(rate, minute.Transaction, own);
        // Those that share a response share a class; only transactions with a rate of their own need their names.
        var key = own is null ? (minimum == maximum ? "\u0001" : "") : minute.Transaction;
        if (_work.Mode == SamplingMode.Organization && rate.Factor is { } ownFactor)
            minimum = maximum = Math.Clamp(follows * ownFactor, minimum, maximum);
        AddTo(project, key, new(0, follows, minimum, maximum), minute.Total);
    }

    public ClassesOfWindow Of(ProjectWork project) => Join([_projects[project.Name]]);

    public ClassesOfWindow All() => Join(_projects.Values);

    // Every client polls at moments of its own, so each transaction in each minute may have had any rate that was in force since the
    // lag before the minute's start. Of the running minute only what has passed counts: later a factor may have expired.
    private (double Least, double Most) RatesInForce(in TransactionMinute minute)
    {
        var start = DateTimeOffset.FromUnixTimeSeconds(minute.Minute * 60);
        var earliest = start - _lag;
        var instant = start + TimeSpan.FromMinutes(1) - TimeSpan.FromMilliseconds(1);
        if (instant > _work.Now)
            instant = _work.Now;
        var least = _history.RateAt(minute.Project, minute.Transaction, instant);
        var most = least;
        while (instant > earliest)
        {
            instant = instant - earliest > _step ? instant - _step : earliest;
            var rate = _history.RateAt(minute.Project, minute.Transaction, instant);
            least = Math.Min(least, rate);
            most = Math.Max(most, rate);
        }

        return (least, most);
    }

    // Clients keep everything until they have asked for rates for the first time. That is no disobedience, and passes.
    private bool IsYoung(ProjectWork? project, long minute) =>
        project?.Entry.FirstMinute is not { } first || minute <= first + (long)_lag.TotalMinutes;

    private ClassesOfWindow Join(IEnumerable<OfProject> projects)
    {
        var minutes = new KeptOfMinute[Minutes];
        var classes = new List<FactorClass>();
        double total = 0;
        foreach (var project in projects)
        {
            classes.AddRange(project.Classes.Values);
            total += project.Total;
            for (var i = 0; i < minutes.Length; i++)
                minutes[i] += project.Minutes[i];
        }

        return new(classes, total, minutes);
    }

    private static void AddTo(OfProject project, string key, FactorClass follows, double count)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(project.Classes, key, out var exists);
        known = (exists ? known : follows) with { Count = known.Count + count };
    }

    private sealed class OfProject(ProjectWork? project, int minutes)
    {
        public ProjectWork? Project => project;

        public Dictionary<string, FactorClass> Classes { get; } = new(StringComparer.Ordinal);

        public KeptOfMinute[] Minutes { get; } = new KeptOfMinute[minutes];

        public double Total { get; set; }
    }
}

/// <summary>The classes of a window.</summary>
/// <param name="Classes">Each with its count and how its rate follows the factor.</param>
/// <param name="Total">Root traces before sampling.</param>
/// <param name="Minutes">What was kept in each of its minutes, oldest first.</param>
internal sealed record ClassesOfWindow(List<FactorClass> Classes, double Total, KeptOfMinute[] Minutes);

/// <summary>What was kept in a minute.</summary>
/// <param name="Kept">Root traces.</param>
/// <param name="Least">What clients that obey should have kept at least, whichever of the rates in force they had.</param>
/// <param name="Most">What they should have kept at most.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct KeptOfMinute(double Kept, double Least, double Most)
{
    public static KeptOfMinute operator +(KeptOfMinute left, KeptOfMinute right) =>
        new(left.Kept + right.Kept, left.Least + right.Least, left.Most + right.Most);
}
