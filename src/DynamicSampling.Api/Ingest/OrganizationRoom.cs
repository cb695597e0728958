using System.Collections.Concurrent;
using DynamicSampling.Api.Storage;

namespace DynamicSampling.Api.Ingest;

/// <summary>
/// Refuses counts of organizations for which there is no room before they are taken: later there is nobody to tell. Those that had room are remembered,
/// so that only what has never been heard of is looked for.
/// </summary>
internal sealed class OrganizationRoom(SqlOrganizationStore store, NameLimits limits)
{
    private readonly ConcurrentDictionary<string, byte> _known = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>Makes sure that an organization is stored, or has room to be.</summary>
    /// <exception cref="NoRoomException">There are too many.</exception>
    public ValueTask EnsureAsync(string organization, CancellationToken cancellationToken) =>
        _known.ContainsKey(organization) ? ValueTask.CompletedTask : new(LookAsync(organization, cancellationToken));

    private async Task LookAsync(string organization, CancellationToken cancellationToken)
    {
        try
        {
            if (!await store.HasRoomAsync(organization, cancellationToken))
                throw NoRoomException.OfOrganization(organization, limits.Organizations);
        }
        catch (StorageUnavailableException)
        {
            // What comes meanwhile waits in memory, where there is room for so many services. Asking again would only make it wait longer.
        }

        if (!_known.TryAdd(organization, 0) || Interlocked.Increment(ref _count) <= limits.Organizations)
            return;
        // Organizations come and go.
        _known.Clear();
        Interlocked.Exchange(ref _count, 0);
    }
}
