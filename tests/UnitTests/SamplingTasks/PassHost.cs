using System.Runtime.CompilerServices;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.SamplingTasks;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Tests.SamplingTasks;

/// <summary>A pass over one organization whose stores are lists.</summary>
internal sealed class PassHost : IOrganizationStore, IVolumeStore, IRateStore, IPassProgress
{
    public const string Organization = "acme";

    private readonly Dictionary<string, ProjectRate> _rates = new(StringComparer.Ordinal);

    public PassHost(OrganizationSettings settings, SamplingOptions? options = null)
    {
        Settings = settings;
        Options = options ?? new();
        var sampling = Microsoft.Extensions.Options.Options.Create(Options);
        var scheduling = Microsoft.Extensions.Options.Options.Create(new SchedulingOptions());
        Pass = new(
            new OrganizationReader(this, this, sampling), new TargetStep(this, sampling), new RecalibrationStep(this, this, sampling, scheduling),
            new PublishStep(this, sampling, scheduling, Clock), this, this, sampling, Clock, NullLogger<OrganizationPass>.Instance);
    }

    public OrganizationSettings Settings { get; set; }

    public SamplingOptions Options { get; }

    public ManualTimeProvider Clock { get; } = new();

    public OrganizationPass Pass { get; }

    /// <summary>What arrived in the running minute.</summary>
    public List<(string Project, string Transaction, double Total, double Kept)> Volumes { get; } = [];

    public OrganizationRates? Published { get; set; }

    public IReadOnlyDictionary<string, ProjectRate> Rates => _rates;

    /// <summary>What the last publication said that each of its projects spends.</summary>
    public Dictionary<string, double> Spent { get; } = new(StringComparer.Ordinal);

    public int Publications { get; private set; }

    /// <summary>The organizations of passes over all of them, or a shard.</summary>
    public IReadOnlyList<string> Organizations { get; init; } = [Organization];

    /// <summary>The shards whose organizations were listed.</summary>
    public List<OrganizationShard?> Shards { get; } = [];

    /// <summary>The leases that publications came with.</summary>
    public List<ShardLease?> Leases { get; } = [];

    /// <summary>Where passes stopped.</summary>
    public Dictionary<string, string> Stops { get; } = new(StringComparer.Ordinal);

    /// <summary>From which publication on a lease is refused.</summary>
    public int StaleFrom { get; set; } = int.MaxValue;

    /// <summary>What publications are refused by.</summary>
    public RatesPin? Pin { get; set; }

    /// <summary>What ended the last pass over a shard.</summary>
    public StaleShardException? Refused { get; private set; }

    public PassResult Run(PassParts parts = PassParts.All, bool dryRun = false)
    {
        using var context = new TaskContext("test", TimeSpan.FromMinutes(7), Clock);
        var pending = Pass.RunAsync(context, "test", new(Organization, dryRun), parts);
        Assert.True(pending.IsCompleted);
        pending.GetAwaiter().GetResult();
        return (PassResult)context.Result!;
    }

    /// <summary>A pass over a shard, in a run of its own that is not over yet.</summary>
    public async Task<TaskContext> RunShardAsync(ShardLease lease)
    {
        var context = new TaskContext("test", TimeSpan.FromMinutes(7), Clock);
        try
        {
            await Pass.RunAsync(context, "test", new(Lease: lease), PassParts.All);
        }
        catch (StaleShardException exception)
        {
            Refused = exception;
        }

        return context;
    }

    /// <summary>The rate that a transaction is served now.</summary>
    public double Served(string project, string transaction) =>
        ServedRate.Of(_rates[project], transaction, Published!.FactorOf(_rates[project], Clock.GetUtcNow()));

    public Task<OrganizationEntry?> FindAsync(string organization, CancellationToken cancellationToken) =>
        Task.FromResult<OrganizationEntry?>(new(organization, Settings, SettingsError: null, Projects: 1));

    public Task<IReadOnlyList<OrganizationEntry>> ListAsync(OrganizationShard? shard, string? after, int limit, CancellationToken cancellationToken)
    {
        Shards.Add(shard);
        return Task.FromResult<IReadOnlyList<OrganizationEntry>>(
            [.. Organizations.Where(name => string.CompareOrdinal(name, after) > 0).Select(name => new OrganizationEntry(name, Settings, SettingsError: null, Projects: 1))]);
    }

    public Task<long> CountAsync(OrganizationShard? shard, CancellationToken cancellationToken) => Task.FromResult<long>(Organizations.Count);

    public Task<IReadOnlyList<ProjectEntry>> ListActiveProjectsAsync(
        IReadOnlyList<string> organizations, long since, ProjectKey? after, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ProjectEntry>>(
            [.. ByProject().Select(project => new ProjectEntry(new(Organization, project.Key), Settings: null, SettingsError: null, FirstMinute: 0))]);

    public Task<IReadOnlyList<ProjectVolume>> ReadProjectsAsync(
        IReadOnlyList<string> organizations, MinuteWindow window, ProjectKey? after, int limit, CancellationToken cancellationToken) =>
        ReadTransactionsAsync(organizations, window, new(0, 0), after, limit, cancellationToken);

    public Task<IReadOnlyList<ProjectVolume>> ReadTransactionsAsync(
        IReadOnlyList<string> organizations, MinuteWindow window, TopTransactions top, ProjectKey? after, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ProjectVolume>>(
        [
            .. ByProject().Select(project => new ProjectVolume(
                new(Organization, project.Key), project.Sum(volume => volume.Total), project.Sum(volume => volume.Kept), project.Count(),
                [.. project.OrderByDescending(volume => volume.Total).Take(top.Largest).Select(volume => new TransactionVolume(volume.Transaction, volume.Total, volume.Kept))])),
        ]);

    public async IAsyncEnumerable<TransactionMinute> ReadMinutesAsync(
        string organization, MinuteWindow window, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var (project, transaction, total, kept) in Volumes)
            yield return new(project, transaction, window.Last, total, kept);
    }

    public Task<OrganizationVolume> ReadTotalAsync(string organization, MinuteWindow window, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public IAsyncEnumerable<TransactionVolume> ReadKeptAsync(string organization, string? project, MinuteWindow window, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    Task<OrganizationRates?> IRateStore.FindAsync(string organization, CancellationToken cancellationToken) => Task.FromResult(Published);

    public Task<IReadOnlyList<ProjectRate>> ListProjectsAsync(string organization, string? after, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ProjectRate>>([.. _rates.Values]);

    public Task<RatesHistory> ReadHistoryAsync(string organization, DateTimeOffset since, double fallback, CancellationToken cancellationToken) =>
        Task.FromResult(new RatesHistory(Published is null ? [] : [Published], _rates.Values.Select(rate => new PublishedProject(rate, 1, EndVersion: null)), fallback));

    public Task<long> PublishAsync(RatePublication publication, CancellationToken cancellationToken)
    {
        Leases.Add(publication.Lease);
        if (publication.Lease is { } lease && Leases.Count >= StaleFrom)
            throw new StaleShardException(lease);
        if (Pin is not null)
            throw new RatesPinnedException(publication.Rates.Organization, Pin);
        Publications++;
        Published = publication.Rates with { Version = Publications };
        foreach (var name in publication.Removed)
            Assert.True(_rates.Remove(name));
        foreach (var (rate, spent) in publication.Changed)
        {
            _rates[rate.Project] = rate;
            Spent[rate.Project] = spent;
        }

        return Task.FromResult<long>(Publications);
    }

    public Task RenewFactorAsync(string organization, DateTimeOffset until, ShardLease? lease, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<string?> IPassProgress.FindAsync(string task, CancellationToken cancellationToken) => Task.FromResult(Stops.GetValueOrDefault(task));

    public Task SaveAsync(string task, string? organization, CancellationToken cancellationToken)
    {
        Stops.Remove(task);
        if (organization is not null)
            Stops.Add(task, organization);
        return Task.CompletedTask;
    }

    private ILookup<string, (string Project, string Transaction, double Total, double Kept)> ByProject() =>
        Volumes.ToLookup(volume => volume.Project, StringComparer.Ordinal);
}
