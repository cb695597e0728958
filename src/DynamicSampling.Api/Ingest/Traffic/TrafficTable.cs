using System.Collections.Concurrent;
using DynamicSampling.Api.Limits;
using DynamicSampling.Tasks.Sampling;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Ingest.Traffic;

/// <summary>All services that send spans or poll, by organization. Bounded: what has been quiet for an hour makes room.</summary>
internal sealed class TrafficTable(IOptions<IngestOptions> options, IOptions<LimitsOptions> limits)
{
    /// <summary>A service that neither sends nor polls for this long is forgotten.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromHours(1);

    // Names with numbers in them, such as addresses, never come again.
    private const int NamesIdleMinutes = 10;

    private readonly ConcurrentDictionary<string, OrganizationTraffic> _organizations = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>How many services there are.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>All services, in no order; it may go on changing. Asked for every second: unlike the values of a dictionary, this copies and locks nothing.</summary>
    public IEnumerable<ServiceTraffic> All => _organizations.SelectMany(organization => organization.Value.Services, (_, service) => service.Value);

    /// <summary>The services of an organization, in no order.</summary>
    public IEnumerable<ServiceTraffic> Of(string organization) =>
        _organizations.TryGetValue(organization, out var found) ? found.Services.Values : [];

    /// <summary>True counts of a service have come; spans of later minutes wait for those of theirs. Nothing happens when it has not been heard of.</summary>
    /// <param name="organization">The organization's name.</param>
    /// <param name="service">The service's name.</param>
    /// <param name="now">Milliseconds since the Unix epoch.</param>
    /// <param name="until">Until when it was counted, in the same unit.</param>
    public void Reported(string organization, string service, long now, long until)
    {
        if (!_organizations.TryGetValue(organization, out var home) || !home.Services.TryGetValue(service, out var found))
            return;
        lock (found.Gate)
            found.Reported(now, (int)((until - 1) / 60_000));
    }

    /// <summary>How many services an organization may have: its share, and not more than are stored of it.</summary>
    private long MaxServicesOfOne => Math.Min(limits.Value.ShareOf(options.Value.MaxServices), limits.Value.MaxProjectsPerOrganization);

    /// <summary>Finds a service, and takes it in if there is room.</summary>
    /// <returns>When there is no room, the one of its organization that stands for all others; null if the organization is new, too.</returns>
    public ServiceTraffic? FindOrAdd(string organization, ReadOnlySpan<char> service)
    {
        if (_organizations.TryGetValue(organization, out var known) && known.ByName.TryGetValue(service, out var found))
            return found;
        if (known?.Count >= MaxServicesOfOne || Count >= options.Value.MaxServices)
        {
            if (known is null)
                return null;
            service = Names.OtherServices;
            if (known.ByName.TryGetValue(service, out found))
                return found;
        }

        var name = service.ToString();
        while (true)
        {
            var home = _organizations.GetOrAdd(organization, static name => new(name));
            lock (home.Gate)
            {
                // What was added to an organization that is dropped would be found by no flush.
                if (home.IsGone)
                    continue;
                if (home.Services.TryGetValue(name, out var stored))
                    return stored;
                stored = home.Services[name] = new(home, name);
                home.Count++;
                Interlocked.Increment(ref _count);
                return stored;
            }
        }
    }

    /// <summary>
    /// Finds a service that polls. One that has not been heard of is taken in while half of the room is left: anybody can ask for the
    /// rates of any name, and that must leave room for those that send. Of each organization, half of what it may have.
    /// </summary>
    /// <returns>Null when there is no room.</returns>
    public ServiceTraffic? FindOrAddPolled(string organization, ReadOnlySpan<char> service)
    {
        if (_organizations.TryGetValue(organization, out var known) && known.ByName.TryGetValue(service, out var found))
            return found;
        return Count < (options.Value.MaxServices + 1) / 2 && !(known?.Count >= (MaxServicesOfOne + 1) / 2) ? FindOrAdd(organization, service) : null;
    }

    /// <summary>Drops services that have been quiet for long, and names of transactions.</summary>
    /// <param name="now">Milliseconds since the Unix epoch.</param>
    public void Sweep(long now)
    {
        var oldest = now - (long)Idle.TotalMilliseconds;
        foreach (var (name, organization) in _organizations)
        {
            foreach (var service in organization.Services.Values)
            {
                lock (service.Gate)
                {
                    service.Pending.Forget((int)(now / 60_000) - NamesIdleMinutes);
                    if (!service.Pending.IsEmpty || service.Evidence.LatestSpan > oldest || service.Polls?.Latest > oldest)
                        continue;
                    service.IsGone = true;
                    Remove(organization, service);
                }
            }

            lock (organization.Gate)
            {
                if (!organization.Services.IsEmpty)
                    continue;
                organization.IsGone = true;
                _organizations.TryRemove(new(name, organization));
            }
        }
    }

    // Under the service's gate. Nobody takes the two gates in the other order.
    private void Remove(OrganizationTraffic organization, ServiceTraffic service)
    {
        lock (organization.Gate)
        {
            if (!organization.Services.TryRemove(service.Service, out _))
                return;
            organization.Count--;
            Interlocked.Decrement(ref _count);
        }
    }
}
