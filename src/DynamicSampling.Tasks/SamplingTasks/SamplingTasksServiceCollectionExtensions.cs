using DynamicSampling.Tasks.SamplingTasks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the sampling tasks.</summary>
public static class SamplingTasksServiceCollectionExtensions
{
    /// <summary>
    /// Adds every <see cref="ISamplingTask"/>, and <see cref="ISettingsPreview"/>. They need the stores of <c>DynamicSampling.Tasks.Sampling</c> (organizations, volumes,
    /// rates, custom rules, progress), a <see cref="TimeProvider"/>, and options for sampling and scheduling.
    /// </summary>
    public static IServiceCollection AddSamplingTasks(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddSingleton<OrganizationReader>();
        services.AddSingleton<TargetStep>();
        services.AddSingleton<RecalibrationStep>();
        services.AddSingleton<PublishStep>();
        services.AddSingleton<OrganizationPass>();
        services.AddSingleton<ISettingsPreview, SettingsPreview>();
        services.AddSingleton<ISamplingTask, SlidingWindowOrg>();
        services.AddSingleton<ISamplingTask, BoostLowVolumeProjects>();
        services.AddSingleton<ISamplingTask, BoostLowVolumeTransactions>();
        services.AddSingleton<ISamplingTask, RecalibrateOrgs>();
        services.AddSingleton<ISamplingTask, RebalanceOrgs>();
        services.AddSingleton<ISamplingTask, CollectOrgs>();
        services.AddSingleton<ISamplingTask, CustomRuleNotifications>();
        return services;
    }
}
