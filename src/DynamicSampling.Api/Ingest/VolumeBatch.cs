using System.Runtime.InteropServices;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Ingest;

/// <summary>Counts of one request, added up per key, so that nothing is stored before the whole request is known to be good.</summary>
internal sealed class VolumeBatch
{
    private readonly Dictionary<VolumeKey, VolumeCount> _counts = [];
    private readonly Dictionary<ReleaseKey, MinuteWindow> _releases = [];

    /// <summary>Who counted.</summary>
    public VolumeSource Source { get; init; } = VolumeSource.Posted;

    /// <summary>Whether these are true counts, and not estimates from what was kept.</summary>
    public bool IsExact => Source != VolumeSource.Spans;

    /// <summary>How many items went in.</summary>
    public long Items { get; private set; }

    public IReadOnlyDictionary<VolumeKey, VolumeCount> Counts => _counts;

    /// <summary>The releases that were named, and between which minutes.</summary>
    public IReadOnlyDictionary<ReleaseKey, MinuteWindow> Releases => _releases;

    public void Add(in VolumeKey key, VolumeCount count)
    {
        Items++;
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, key, out _);
        sum = new(sum.Total + count.Total, sum.Kept + count.Kept);
    }

    /// <summary>The same with other names of projects.</summary>
    /// <param name="nameOf">The new name of a project of an organization.</param>
    public VolumeBatch Rename(Func<string, string, string> nameOf)
    {
        var renamed = new VolumeBatch { Source = Source };
        foreach (var (key, count) in _counts)
            renamed.Add(key with { Project = nameOf(key.Organization, key.Project) }, count);
        foreach (var (release, minutes) in _releases)
        {
            var key = release with { Project = nameOf(release.Organization, release.Project) };
            renamed.AddRelease(key, minutes.First);
            renamed.AddRelease(key, minutes.Last);
        }

        return renamed;
    }

    /// <summary>The same with some transactions counted under the name for all others.</summary>
    public VolumeBatch Fold(IReadOnlySet<VolumeKey> keys)
    {
        var folded = new VolumeBatch { Source = Source };
        foreach (var (key, count) in _counts)
            folded.Add(keys.Contains(key) ? key with { Transaction = Names.OtherTransactions } : key, count);
        foreach (var (release, minutes) in _releases)
            folded._releases.Add(release, minutes);
        return folded;
    }

    public void AddRelease(in ReleaseKey release, long minute)
    {
        ref var minutes = ref CollectionsMarshal.GetValueRefOrAddDefault(_releases, release, out var exists);
        minutes = exists ? new(Math.Min(minutes.First, minute), Math.Max(minutes.Last, minute)) : new(minute, minute);
    }
}

/// <summary>A release of a project in an environment.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Project">The project's name.</param>
/// <param name="Release">The release.</param>
/// <param name="Environment">The environment; empty for none.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ReleaseKey(string Organization, string Project, string Release, string Environment);
