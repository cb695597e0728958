using System.Collections.Concurrent;

namespace DynamicSampling.Api.Serving;

/// <summary>Tells whoever holds rates in memory that an organization's have changed.</summary>
internal sealed class RatesChanged
{
    private readonly ConcurrentDictionary<string, long> _changes = new(StringComparer.Ordinal);
    private long _last;

    /// <summary>Called when this process has changed the rates or settings of an organization.</summary>
    public Action? Changed { get; set; }

    /// <summary>Watches an organization; without that its changes leave nothing behind.</summary>
    /// <returns>The number of its latest change. It is never the same again, also when it is watched anew.</returns>
    public long Watch(string organization) => _changes.GetOrAdd(organization, static (_, self) => self.Next(), this);

    /// <summary>Watches it no longer.</summary>
    public void Forget(string organization) => _changes.TryRemove(organization, out _);

    /// <summary>The number of its latest change; -1 when it is not watched.</summary>
    public long Latest(string organization) => _changes.GetValueOrDefault(organization, -1);

    /// <summary>Its rates, or the settings that they follow, are others from now on.</summary>
    public void Notify(string organization)
    {
        NotifyOfOthers(organization);
        Changed?.Invoke();
    }

    /// <summary>The same, when another process has changed them.</summary>
    public void NotifyOfOthers(string organization)
    {
        while (_changes.TryGetValue(organization, out var latest) && !_changes.TryUpdate(organization, Next(), latest))
        {
        }
    }

    /// <summary>All of them may be others.</summary>
    public void NotifyAll()
    {
        foreach (var organization in _changes.Keys)
            NotifyOfOthers(organization);
    }

    private long Next() => Interlocked.Increment(ref _last);
}
