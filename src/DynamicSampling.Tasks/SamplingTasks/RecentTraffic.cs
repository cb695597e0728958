using System.Runtime.InteropServices;
using DynamicSampling.Tasks.Models;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>The traffic of the last minutes, by what its rate follows, and what the rates in force should have kept of it.</summary>
internal sealed class RecentTraffic
{
    private readonly RatesHistory _history;
    private readonly int _lags;
    private readonly OrganizationWork _work;
    private readonly Dictionary<string, OfProject> _projects = new(StringComparer.Ordinal);

    /// <param name="work">The organization, with the rates to be published.</param>
    /// <param name="history">What was in force.</param>
    /// <param name="lag">How many minutes late clients may follow.</param>
    public RecentTraffic(OrganizationWork work, RatesHistory history, int lag)
    {
        _work = work;
        _history = history;
        _lags = lag + 1;
        foreach (var project in work.Projects)
            _projects.Add(project.Name, new(project, _lags));
    }

    public void Add(in TransactionMinute minute)
    {
        if (!_projects.TryGetValue(minute.Project, out var project))
            _projects.Add(minute.Project, project = new(Project: null, _lags));
        project.Total += minute.Total;
        project.Kept += minute.Kept;
        for (var lag = 0; lag < _lags; lag++)
        {
            // By the end of the minute, so that a version counts from the minute in which it was published.
            var instant = DateTimeOffset.FromUnixTimeSeconds(((minute.Minute + 1 - lag) * 60) - 1).AddMilliseconds(999);
            project.Expected[lag] += minute.Total * _history.RateAt(minute.Project, minute.Transaction, instant);
        }

        if (project.Project is not { } work || (work.After ?? work.Before) is not { } rate)
        {
            // Not in the rates yet: it is served the target.
            AddTo(project, "", new(0, _work.Target.Rate, _work.Target.Rate, _work.Target.Rate), minute.Total);
            return;
        }

        var own = rate.Transactions.Find(minute.Transaction);
        var (least, most, follows) = ServedRate.Response(rate, minute.Transaction, own);
        // Those that share a response share a class; only transactions with a rate of their own need their names.
        AddTo(project, own is null ? (least == most ? "\u0001" : "") : minute.Transaction, new(0, follows, least, most), minute.Total);
    }

    public ClassesOfWindow Of(ProjectWork project) => Join([_projects[project.Name]]);

    public ClassesOfWindow All() => Join(_projects.Values);

    private ClassesOfWindow Join(IEnumerable<OfProject> projects)
    {
        var expected = new double[_lags];
        var classes = new List<FactorClass>();
        double total = 0;
        double kept = 0;
        foreach (var project in projects)
        {
            classes.AddRange(project.Classes.Values);
            total += project.Total;
            kept += project.Kept;
            for (var lag = 0; lag < _lags; lag++)
                expected[lag] += project.Expected[lag];
        }

        return new(classes, total, RecalibrationStep.Obedience(kept, expected));
    }

    private static void AddTo(OfProject project, string key, FactorClass follows, double count)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(project.Classes, key, out var exists);
        known = (exists ? known : follows) with { Count = known.Count + count };
    }

    private sealed record OfProject(ProjectWork? Project, int Lags)
    {
        public Dictionary<string, FactorClass> Classes { get; } = new(StringComparer.Ordinal);

        public double[] Expected { get; } = new double[Lags];

        public double Total { get; set; }

        public double Kept { get; set; }
    }
}

/// <summary>The classes of a window.</summary>
/// <param name="Classes">Each with its count and how its rate follows the factor.</param>
/// <param name="Total">Root traces before sampling.</param>
/// <param name="Obedience">What was kept as a share of what the rates in force should have kept; null when that is not known.</param>
internal sealed record ClassesOfWindow(List<FactorClass> Classes, double Total, double? Obedience);
