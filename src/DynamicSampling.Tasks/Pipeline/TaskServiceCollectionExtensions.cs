using DynamicSampling.Tasks.Pipeline;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Telemetry;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the task pipeline's services.</summary>
public static class TaskServiceCollectionExtensions
{
    /// <summary>
    /// Adds what <c>WithTaskContext</c>, <c>WithTaskMetrics</c> and <see cref="TaskRunner"/> need. Register a
    /// <see cref="TimeProvider"/> or an <see cref="IRunStore"/> of your own to replace the system's clock or the in-memory store.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets options; they are validated at start.</param>
    public static IServiceCollection AddDynamicSamplingTasks(this IServiceCollection services, Action<TaskPipelineOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<TaskPipelineOptions>().ValidateOnStart();
        if (configure is not null)
            options.Configure(configure);
        services.AddMetrics();
        services.PostConfigure<JsonOptions>(AddSerialization);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TaskPipelineOptions>, TaskPipelineOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<TaskMetrics>();
        services.TryAddSingleton(static provider => new RunRegistry(provider.GetRequiredService<TaskMetrics>()));
        services.TryAddSingleton<IRunStore>(static provider =>
            new InMemoryRunStore(provider.GetRequiredService<IOptions<TaskPipelineOptions>>().Value.MaxStoredRuns));
        services.TryAddSingleton<RunHistory>();
        services.TryAddSingleton(static provider => CreateRunner(provider, provider.GetRequiredService<IOptions<TaskPipelineOptions>>().Value));
        services.TryAddScoped(static provider =>
            new TaskContext(provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<TaskContext>>()));
        services.AddHostedService<TaskEndpointCheck>();
        services.AddHostedService<RunShutdown>();
        return services;
    }

    private static TaskRunner CreateRunner(IServiceProvider services, TaskPipelineOptions options) => new(
        services.GetRequiredService<IServiceScopeFactory>(),
        services.GetRequiredService<TimeProvider>(),
        services.GetRequiredService<RunRegistry>(),
        services.GetRequiredService<IRunStore>(),
        services.GetRequiredService<TaskMetrics>(),
        services.GetRequiredService<ILogger<TaskRunner>>(),
        options.ShowExceptionMessages,
        options.NodeName);

    private static void AddSerialization(JsonOptions options)
    {
        // For applications whose JSON is source-generated; last, so that theirs wins, and after they set their resolver.
        var chain = options.SerializerOptions.TypeInfoResolverChain;
        if (!chain.Contains(TaskJsonContext.Default))
            chain.Add(TaskJsonContext.Default);
        if (!chain.Contains(TaskProblemJsonContext.Default))
            chain.Add(TaskProblemJsonContext.Default);
    }
}
