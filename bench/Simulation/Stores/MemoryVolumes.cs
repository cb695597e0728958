using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Simulation.Stores;

/// <summary>The minutes of one organization's traffic.</summary>
internal sealed class MemoryVolumes : IVolumeStore
{
    private const int MinutesKept = 24 * 60;

    private readonly string _organization;
    private readonly IReadOnlyList<TrafficClass> _classes;
    private readonly int[] _projectOf;
    private readonly Project[] _projects;
    private readonly Dictionary<long, List<Row>> _minutes = [];
    private readonly double[] _total;
    private readonly double[] _kept;

    public MemoryVolumes(string organization, IReadOnlyList<TrafficClass> classes)
    {
        _organization = organization;
        _classes = classes;
        _projects = [.. classes.Select(item => item.Project).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(name => new Project(name))];
        var indexes = _projects.Select((project, index) => (project.Name, index)).ToDictionary(item => item.Name, item => item.index, StringComparer.Ordinal);
        _projectOf = [.. classes.Select(item => indexes[item.Project])];
        _total = new double[classes.Count];
        _kept = new double[classes.Count];
    }

    /// <summary>The projects that have had traffic, in order.</summary>
    public IEnumerable<Project> Projects => _projects.Where(project => project.LastMinute is not null);

    public void Add(long minute, int item, double total, double kept)
    {
        if (total == 0 && kept == 0)
            return;
        var project = _projects[_projectOf[item]];
        project.FirstMinute ??= minute;
        project.LastMinute = Math.Max(minute, project.LastMinute ?? minute);
        if (!_minutes.TryGetValue(minute, out var rows))
        {
            _minutes.Add(minute, rows = []);
            _minutes.Remove(minute - MinutesKept);
        }

        rows.Add(new(item, total, kept));
    }

    /// <summary>All traffic of a window.</summary>
    public (double Total, double Kept) Sum(MinuteWindow window)
    {
        double total = 0;
        double kept = 0;
        foreach (var (_, row) in Rows(window))
        {
            total += row.Total;
            kept += row.Kept;
        }

        return (total, kept);
    }

    public Task<IReadOnlyList<ProjectVolume>> ReadProjectsAsync(
        IReadOnlyList<string> organizations, MinuteWindow window, ProjectKey? after, int limit, CancellationToken cancellationToken) =>
        Task.FromResult(Read(window, top: null, after, limit));

    public Task<IReadOnlyList<ProjectVolume>> ReadTransactionsAsync(
        IReadOnlyList<string> organizations, MinuteWindow window, TopTransactions top, ProjectKey? after, int limit, CancellationToken cancellationToken) =>
        Task.FromResult(Read(window, top, after, limit));

    public async IAsyncEnumerable<TransactionMinute> ReadMinutesAsync(
        string organization, MinuteWindow window, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var (minute, row) in Rows(window))
            yield return new(_classes[row.Class].Project, _classes[row.Class].Transaction, minute, row.Total, row.Kept);
        await Task.CompletedTask;
    }

    public Task<OrganizationVolume> ReadTotalAsync(string organization, MinuteWindow window, CancellationToken cancellationToken)
    {
        var (total, kept) = Sum(window);
        return Task.FromResult(new OrganizationVolume(total, kept, IsExact: true, Projects.Min(project => project.FirstMinute)));
    }

    public IAsyncEnumerable<TransactionVolume> ReadKeptAsync(
        string organization, string? project, MinuteWindow window, CancellationToken cancellationToken) =>
        throw new NotSupportedException("No task of the simulation collects samples.");

    private IReadOnlyList<ProjectVolume> Read(MinuteWindow window, TopTransactions? top, ProjectKey? after, int limit)
    {
        Array.Clear(_total);
        Array.Clear(_kept);
        foreach (var (_, row) in Rows(window))
        {
            _total[row.Class] += row.Total;
            _kept[row.Class] += row.Kept;
        }

        var found = new List<TransactionVolume>[_projects.Length];
        for (var item = 0; item < _total.Length; item++)
        {
            if (_total[item] > 0)
                (found[_projectOf[item]] ??= []).Add(new(_classes[item].Transaction, _total[item], _kept[item]));
        }

        return
        [
            .. _projects.Zip(found)
                .Where(pair => pair.Second is not null && string.CompareOrdinal(pair.First.Name, after?.Project) > 0)
                .Take(limit)
                .Select(pair => new ProjectVolume(
                    new(_organization, pair.First.Name),
                    pair.Second.Sum(volume => volume.Total),
                    pair.Second.Sum(volume => volume.Kept),
                    top is null ? 0 : pair.Second.Count,
                    Largest(pair.Second, top?.Largest ?? 0))),
        ];
    }

    // The order that the models need in case of a tie: by name.
    private static IReadOnlyList<TransactionVolume> Largest(List<TransactionVolume> volumes, int count)
    {
        if (count == 0)
            return [];
        volumes.Sort(static (left, right) =>
            right.Total.CompareTo(left.Total) is not 0 and var order ? order : string.CompareOrdinal(left.Transaction, right.Transaction));
        return [.. volumes.Take(count)];
    }

    private IEnumerable<(long Minute, Row Row)> Rows(MinuteWindow window)
    {
        for (var minute = window.First; minute <= window.Last; minute++)
        {
            if (!_minutes.TryGetValue(minute, out var rows))
                continue;
            foreach (var row in rows)
                yield return (minute, row);
        }
    }

    /// <summary>A project, and when it had traffic; minutes are counted from the Unix epoch.</summary>
    internal sealed class Project(string name)
    {
        public string Name => name;

        public long? FirstMinute { get; set; }

        public long? LastMinute { get; set; }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Row(int Class, double Total, double Kept);
}
