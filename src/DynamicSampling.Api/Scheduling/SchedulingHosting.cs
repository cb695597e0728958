using DynamicSampling.Api.Hosting;
using DynamicSampling.Api.Storage;
using DynamicSampling.Api.Storage.Dialects;
using Microsoft.Extensions.Options;
using Quartz;
using SchedulingOptions = DynamicSampling.Tasks.Sampling.SchedulingOptions;

namespace DynamicSampling.Api.Scheduling;

/// <summary>Which tasks run by themselves, and the scheduler that runs them.</summary>
internal static class SchedulingHosting
{
    /// <summary>A process that has not checked in for two of these and a bit is taken for dead, and what it had is started again elsewhere.</summary>
    private static readonly TimeSpan CheckInInterval = TimeSpan.FromSeconds(1);

    /// <summary>Longer than a garbage collection holds a process up. Should one take longer, it does no harm: see <see cref="SqlShards"/>.</summary>
    private static readonly TimeSpan CheckInTolerance = TimeSpan.FromSeconds(2);

    /// <summary>How often turns that have passed are looked for, and, while the database is down, whether it is back.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    // The other tasks are parts of the pass; by themselves they would publish against it.
    public static void AddScheduling(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SchedulingOptions>().BindConfiguration("Scheduling").ValidateOnStart();
        services.AddSingleton<IValidateOptions<SchedulingOptions>, SchedulingOptionsValidator>();
        services.AddSingleton(provider => new TaskSchedule("rebalance_orgs", Cycle(provider), Delay: Cycle(provider), InShards: true));
        // Half a cycle after the pass, not to contend with it for the database.
        services.AddSingleton(provider => new TaskSchedule("custom_rule_notifications", Cycle(provider), Delay: Cycle(provider) * 1.5));
        services.AddSingleton(new TaskSchedule("collect_orgs", TimeSpan.FromHours(1), Delay: TimeSpan.FromHours(1)));
        var isShared = string.Equals(
            configuration[$"{StorageOptions.Section}:{nameof(StorageOptions.Provider)}"], PostgresDialect.ProviderName, StringComparison.Ordinal);
        services.AddSingleton<SchedulerTrouble>();
        services.AddQuartz(quartz =>
        {
            quartz.AddSchedulerListener(provider => provider.GetRequiredService<SchedulerTrouble>());
            if (isShared)
                Share(quartz);
            else
                quartz.UseInMemoryStore();
        });
        services.AddSingleton<SharedSchedule>();
        services.AddSingleton<NextTurns>();
        services.AddHostedService<ScheduleHost>();
    }

    private static void Share(IQuartzBuilder quartz)
    {
        quartz.UseInstanceIdGenerator<NodeInstanceId>();
        // Passes wait for the database for most of their time, each with one connection: half of those are for others.
        quartz.UseDefaultThreadPool(Math.Min(8 * Environment.ProcessorCount, DataSources.DefaultConnections / 2));
        quartz.UsePersistentStore(store =>
        {
            store.UsePostgres(source => source.UseRegisteredDataSource = true);
            store.ProvisionSchema();
            store.UseClustering(cluster =>
            {
                cluster.CheckinInterval = CheckInInterval;
                cluster.CheckinMisfireThreshold = CheckInTolerance;
            });
            store.ConfigureStore(options =>
            {
                options.StoreJobDataAsStrings = true;
                // It must not keep a process alive that cannot reach the database as it stops.
                options.UseBackgroundThreads = true;
                options.MisfireHandlerFrequency = LookInterval;
                options.DbRetryInterval = LookInterval;
            });
        });
    }

    private static TimeSpan Cycle(IServiceProvider services) => services.GetRequiredService<IOptions<SchedulingOptions>>().Value.Cycle;
}
