using DynamicSampling.Api.Storage;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.Tasks.Sampling;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.SamplingTasks;

/// <summary>The real stores, with a test's hand in between.</summary>
internal sealed class Obstacles
{
    /// <summary>Before an organization's published rates are read.</summary>
    public Func<string, CancellationToken, Task> OnRates { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Before an organization's rates are published.</summary>
    public Func<Task> OnPublish { get; set; } = () => Task.CompletedTask;

    /// <summary>Before an organization's factor is renewed.</summary>
    public Func<Task> OnRenew { get; set; } = () => Task.CompletedTask;

    /// <summary>Before the volumes of organizations are read.</summary>
    public Func<IReadOnlyList<string>, CancellationToken, Task> OnVolumes { get; set; } = (_, _) => Task.CompletedTask;

    public ApiHost Host() => new(builder => builder.ConfigureTestServices(services =>
    {
        services.AddSingleton<IRateStore>(provider => new Rates(provider.GetRequiredService<SqlRateStore>(), this));
        services.AddSingleton<IVolumeStore>(provider => new Volumes(provider.GetRequiredService<SqlVolumeStore>(), this));
    }));

    private sealed class Rates(IRateStore store, Obstacles obstacles) : IRateStore
    {
        public async Task<OrganizationRates?> FindAsync(string organization, CancellationToken cancellationToken)
        {
            await obstacles.OnRates(organization, cancellationToken);
            return await store.FindAsync(organization, cancellationToken);
        }

        public Task<IReadOnlyList<ProjectRate>> ListProjectsAsync(string organization, string? after, int limit, CancellationToken cancellationToken) =>
            store.ListProjectsAsync(organization, after, limit, cancellationToken);

        public Task<RatesHistory> ReadHistoryAsync(string organization, DateTimeOffset since, double fallback, CancellationToken cancellationToken) =>
            store.ReadHistoryAsync(organization, since, fallback, cancellationToken);

        public async Task<long> PublishAsync(RatePublication publication, CancellationToken cancellationToken)
        {
            await obstacles.OnPublish();
            return await store.PublishAsync(publication, cancellationToken);
        }

        public async Task RenewFactorAsync(string organization, DateTimeOffset until, ShardLease? lease, CancellationToken cancellationToken)
        {
            await obstacles.OnRenew();
            await store.RenewFactorAsync(organization, until, lease, cancellationToken);
        }
    }

    private sealed class Volumes(IVolumeStore store, Obstacles obstacles) : IVolumeStore
    {
        public async Task<IReadOnlyList<ProjectVolume>> ReadProjectsAsync(
            IReadOnlyList<string> organizations, MinuteWindow window, ProjectKey? after, int limit, CancellationToken cancellationToken)
        {
            await obstacles.OnVolumes(organizations, cancellationToken);
            return await store.ReadProjectsAsync(organizations, window, after, limit, cancellationToken);
        }

        public async Task<IReadOnlyList<ProjectVolume>> ReadTransactionsAsync(
            IReadOnlyList<string> organizations, MinuteWindow window, TopTransactions top, ProjectKey? after, int limit, CancellationToken cancellationToken)
        {
            await obstacles.OnVolumes(organizations, cancellationToken);
            return await store.ReadTransactionsAsync(organizations, window, top, after, limit, cancellationToken);
        }

        public IAsyncEnumerable<TransactionMinute> ReadMinutesAsync(string organization, MinuteWindow window, CancellationToken cancellationToken) =>
            store.ReadMinutesAsync(organization, window, cancellationToken);

        public Task<OrganizationVolume> ReadTotalAsync(string organization, MinuteWindow window, CancellationToken cancellationToken) =>
            store.ReadTotalAsync(organization, window, cancellationToken);

        public IAsyncEnumerable<TransactionVolume> ReadKeptAsync(string organization, string? project, MinuteWindow window, CancellationToken cancellationToken) =>
            store.ReadKeptAsync(organization, project, window, cancellationToken);
    }
}
