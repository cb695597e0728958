using System.Runtime.InteropServices;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Ingest;

/// <summary>Counts of one request, added up per key, so that nothing is stored before the whole request is known to be good.</summary>
internal sealed class VolumeBatch
{
    private readonly Dictionary<VolumeKey, VolumeCount> _counts = [];

    /// <summary>How many items went in.</summary>
    public long Items { get; private set; }

    public IReadOnlyDictionary<VolumeKey, VolumeCount> Counts => _counts;

    public void Add(in VolumeKey key, VolumeCount count)
    {
        Items++;
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, key, out _);
        sum = new(sum.Total + count.Total, sum.Kept + count.Kept);
    }
}
