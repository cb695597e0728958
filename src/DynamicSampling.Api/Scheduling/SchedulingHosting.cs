using DynamicSampling.Api.Hosting;
using Microsoft.Extensions.Options;
using Quartz;
using SchedulingOptions = DynamicSampling.Tasks.Sampling.SchedulingOptions;

namespace DynamicSampling.Api.Scheduling;

/// <summary>Which tasks run by themselves, and the scheduler that runs them.</summary>
internal static class SchedulingHosting
{
    // The other tasks are parts of the pass; by themselves they would publish against it.
    public static void AddScheduling(this IServiceCollection services)
    {
        services.AddOptions<SchedulingOptions>().BindConfiguration("Scheduling").ValidateOnStart();
        services.AddSingleton<IValidateOptions<SchedulingOptions>, SchedulingOptionsValidator>();
        services.AddSingleton(provider => new TaskSchedule("rebalance_orgs", Cycle(provider), Delay: Cycle(provider)));
        // Half a cycle after the pass, not to contend with it for the database.
        services.AddSingleton(provider => new TaskSchedule("custom_rule_notifications", Cycle(provider), Delay: Cycle(provider) * 1.5));
        services.AddSingleton(new TaskSchedule("collect_orgs", TimeSpan.FromHours(1), Delay: TimeSpan.FromHours(1)));
        services.AddQuartz(quartz => quartz.UseInMemoryStore());
        services.AddHostedService<ScheduleHost>();
    }

    private static TimeSpan Cycle(IServiceProvider services) => services.GetRequiredService<IOptions<SchedulingOptions>>().Value.Cycle;
}
