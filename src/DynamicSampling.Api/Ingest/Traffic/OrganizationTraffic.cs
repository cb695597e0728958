using System.Collections.Concurrent;

namespace DynamicSampling.Api.Ingest.Traffic;

/// <summary>The services of an organization, and how much of what there is for all it takes.</summary>
internal sealed class OrganizationTraffic
{
    private long _pending;

    public OrganizationTraffic(string name)
    {
        Name = name;
        ByName = Services.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public string Name { get; }

    /// <summary>Held while a service is added or removed, and while the organization is dropped.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Whether the table has dropped it.</summary>
    public bool IsGone { get; set; }

    public ConcurrentDictionary<string, ServiceTraffic> Services { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, ServiceTraffic>.AlternateLookup<ReadOnlySpan<char>> ByName { get; }

    /// <summary>How many services there are; the dictionary would lock all of itself to say so.</summary>
    public int Count { get; set; }

    /// <summary>How many of its counts wait to be stored.</summary>
    public long Pending => Interlocked.Read(ref _pending);

    /// <summary>Counts came, or were taken by a flush.</summary>
    public void AddPending(int counts) => Interlocked.Add(ref _pending, counts);
}
