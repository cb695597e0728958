using System.Collections.Concurrent;
using DynamicSampling.Api.Storage;
using DynamicSampling.Tasks.Sampling;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Serving;

/// <summary>
/// What clients are served, from memory. An organization's rates are read when they were published, not when they are asked for
/// again; and when they cannot be read, or not soon, the last ones go on being served.
/// </summary>
internal sealed class SamplingStrategies(
    SqlRateStore rates, SqlOrganizationStore organizations, RatesChanged changes, IOptions<SamplingOptions> options, TimeProvider clock,
    ILogger<SamplingStrategies> logger)
{
    /// <summary>How many organizations are held in memory; beyond, those are dropped that happen to be found first.</summary>
    private const int MaxOrganizations = 100_000;

    private const int ProjectsPerPage = 1000;

    // Clients of JavaScript never poll again behind a request that hangs.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // After the database failed.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Slot> _organizations = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Reading> _readings = new(StringComparer.Ordinal);
    private readonly JaegerStrategy _default = JaegerStrategy.Of(version: 0, options.Value.DefaultTargetSampleRate);
    private long _pausedUntil;

    /// <summary>What services of organizations get that nobody has heard of, 0 to 1.</summary>
    public double DefaultRate => options.Value.DefaultTargetSampleRate;

    /// <summary>The answer for a service that has rates of its own, if it has been given before and still holds; else null.</summary>
    public JaegerStrategy? FindMade(string organization, ReadOnlySpan<char> service) => FindFresh(organization)?.FindMade(service);

    /// <summary>All of an organization's rates, if they are in memory and still hold; else null.</summary>
    public ServedOrganization? FindFresh(string organization) =>
        _organizations.TryGetValue(organization, out var slot) && IsFresh(organization, slot, slot.Served) ? slot.Served : null;

    /// <summary>The answer for a service; never an error.</summary>
    public ValueTask<JaegerStrategy> FindAsync(string organization, string service, CancellationToken cancellationToken)
    {
        if (_organizations.TryGetValue(organization, out var slot) && IsFresh(organization, slot, slot.Served))
            return ValueTask.FromResult(slot.Served.StrategyOf(service));
        return new(RefreshAsync(organization, service, cancellationToken));
    }

    /// <summary>All of an organization's rates; null when they have never been read and cannot be read now.</summary>
    public async ValueTask<ServedOrganization?> FindOrganizationAsync(string organization, CancellationToken cancellationToken)
    {
        if (_organizations.TryGetValue(organization, out var slot) && IsFresh(organization, slot, slot.Served))
            return slot.Served;
        return await ReadOrLastAsync(organization, cancellationToken);
    }

    private async Task<JaegerStrategy> RefreshAsync(string organization, string service, CancellationToken cancellationToken) =>
        (await ReadOrLastAsync(organization, cancellationToken))?.StrategyOf(service) ?? _default;

    private bool IsFresh(string organization, Slot slot, ServedOrganization served) =>
        slot.Change == changes.Latest(organization) && (served.Until is not { } until || clock.GetUtcNow() < until);

    private async Task<ServedOrganization?> ReadOrLastAsync(string organization, CancellationToken cancellationToken)
    {
        if (clock.GetUtcNow().UtcTicks < Interlocked.Read(ref _pausedUntil))
            return _organizations.GetValueOrDefault(organization)?.Served;
        try
        {
            return await ReadOnceAsync(organization).WaitAsync(Patience, clock, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.ServingFromMemory(logger, exception, organization);
            // One that hangs has made its callers wait already; one that fails at once would be asked for every poll, and fill the log.
            if (exception is not TimeoutException)
                Interlocked.Exchange(ref _pausedUntil, (clock.GetUtcNow() + Pause).UtcTicks);
            return _organizations.GetValueOrDefault(organization)?.Served;
        }
    }

    /// <summary>Reads an organization. All who ask meanwhile share that, unless there has been a change since it began.</summary>
    private Task<ServedOrganization?> ReadOnceAsync(string organization)
    {
        lock (_gate)
        {
            // Before reading, so that a change meanwhile is seen.
            var change = changes.Watch(organization);
            if (_readings.TryGetValue(organization, out var running) && running.Change == change)
                return running.Served;
            var reading = Task.Run(() => ReadAndKeepAsync(organization, change));
            _readings[organization] = new(change, reading);
            return reading;
        }
    }

    private async Task<ServedOrganization?> ReadAndKeepAsync(string organization, long change)
    {
        try
        {
            var read = await ReadAsync(organization, CancellationToken.None);
            if (read is null)
            {
                // Nobody has heard of it, or not any more: it gets the default, and leaves nothing behind.
                _organizations.TryRemove(organization, out _);
                changes.Forget(organization);
                return null;
            }

            MakeRoom();
            if (_organizations.TryGetValue(organization, out var before))
                read.Replace(before.Served);
            _organizations[organization] = new(change, read);
            return read;
        }
        catch when (!_organizations.ContainsKey(organization))
        {
            changes.Forget(organization);
            throw;
        }
        finally
        {
            lock (_gate)
            {
                if (_readings.TryGetValue(organization, out var running) && running.Change == change)
                    _readings.Remove(organization);
            }
        }
    }

    private async Task<ServedOrganization?> ReadAsync(string organization, CancellationToken cancellationToken)
    {
        var version = await rates.FindAsync(organization, cancellationToken);
        if (version is null)
        {
            if (await organizations.FindAsync(organization, cancellationToken) is not { } entry)
                return null;
            var target = TargetRate.Of(entry.Settings, monthlyVolume: null, options.Value).Rate;
            var served = ServedRate.OfTarget(target, SamplingPolicy.Of(entry.Settings, project: null, options.Value).Floor);
            return new(version: 0, until: null)
            {
                Projects = new Dictionary<string, ProjectRate>(StringComparer.Ordinal),
                FactorOf = static _ => 1,
                Default = JaegerStrategy.Of(version: 0, served),
            };
        }

        var now = clock.GetUtcNow();
        var projects = new Dictionary<string, ProjectRate>(StringComparer.Ordinal);
        IReadOnlyList<ProjectRate> page;
        string? after = null;
        do
        {
            page = await rates.ListProjectsAsync(organization, after, ProjectsPerPage, cancellationToken);
            foreach (var project in page)
                projects.Add(project.Project, project);
            after = page.Count == 0 ? null : page[^1].Project;
        }
        while (page.Count == ProjectsPerPage);
        var rate = ServedRate.OfTarget(version.Target.Rate, version.Floor);
        return new(version.Version, version.Recalibration.HoldsAt(now) ? version.Recalibration.Until : null)
        {
            Projects = projects,
            FactorOf = project => version.FactorOf(project, now),
            Default = JaegerStrategy.Of(version.Version, rate),
        };
    }

    private void MakeRoom()
    {
        if (_organizations.Count < MaxOrganizations)
            return;
        foreach (var organization in _organizations.Keys.Take(MaxOrganizations / 10))
        {
            _organizations.TryRemove(organization, out _);
            changes.Forget(organization);
        }
    }

    private sealed record Slot(long Change, ServedOrganization Served);

    private sealed record Reading(long Change, Task<ServedOrganization?> Served);
}
