using System.Collections.Concurrent;

namespace DynamicSampling.Api.Serving;

/// <summary>Tells whoever holds rates in memory that an organization's have changed.</summary>
internal sealed class RatesChanged
{
    private readonly ConcurrentDictionary<string, long> _changes = new(StringComparer.Ordinal);

    /// <summary>Watches an organization; without that its changes leave nothing behind.</summary>
    /// <returns>The number of its changes so far.</returns>
    public long Watch(string organization) => _changes.GetOrAdd(organization, 0);

    /// <summary>Watches it no longer.</summary>
    public void Forget(string organization) => _changes.TryRemove(organization, out _);

    /// <summary>The number of changes since it is watched.</summary>
    public long Count(string organization) => _changes.GetValueOrDefault(organization, -1);

    /// <summary>Its rates, or the settings that they follow, are others from now on.</summary>
    public void Notify(string organization)
    {
        while (_changes.TryGetValue(organization, out var count) && !_changes.TryUpdate(organization, count + 1, count))
        {
        }
    }

    /// <summary>Anything may have changed.</summary>
    public void NotifyAll()
    {
        foreach (var organization in _changes.Keys)
            Notify(organization);
    }
}
