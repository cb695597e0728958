using DynamicSampling.Tasks.Pipeline;
using DynamicSampling.Tasks.Runtime;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts endpoints, or whole groups of them, into the task pipeline.</summary>
public static class TaskEndpointConventionBuilderExtensions
{
    /// <summary>
    /// Counts the endpoint's requests and times them, in the metrics <c>dynamic_sampling.task.*</c>. They are not runs: they
    /// have no budget and no context.
    /// </summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="name">The task's name; the handler's when left out. See <see cref="TaskNames.Normalize"/>.</param>
    public static TBuilder WithTaskMetrics<TBuilder>(this TBuilder builder, string? name = null)
        where TBuilder : IEndpointConventionBuilder
    {
        ThrowIfEmpty(name);
        return Add(builder, new TaskMetricsMetadata(name));
    }

    /// <summary>
    /// Makes each request of the endpoint a run: it has a <see cref="TaskContext"/>, a time budget that cancels the handler's
    /// <see cref="CancellationToken"/>, statistics in the response, metrics, a span, and a place in the run store.
    /// </summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="name">The task's name; the handler's when left out. See <see cref="TaskNames.Normalize"/>.</param>
    /// <param name="maxExecution">The budget: more than zero, at most 24 days; <see cref="TaskPipelineOptions.DefaultMaxExecution"/> when left out.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxExecution"/> is out of range.</exception>
    public static TBuilder WithTaskContext<TBuilder>(this TBuilder builder, string? name = null, TimeSpan? maxExecution = null)
        where TBuilder : IEndpointConventionBuilder
    {
        ThrowIfEmpty(name);
        if (maxExecution is { } budget)
            TaskBudget.Validate(budget, nameof(maxExecution));
        Add(builder, new TaskContextMetadata(name, maxExecution));
        builder.Add(static endpoint =>
        {
            Describe(endpoint, StatusCodes.Status409Conflict);
            Describe(endpoint, StatusCodes.Status500InternalServerError);
            Describe(endpoint, StatusCodes.Status503ServiceUnavailable);
            Describe(endpoint, StatusCodes.Status504GatewayTimeout);
        });
        return builder;
    }

    /// <summary>Sets the time budget of an endpoint, over that of its group or of <c>WithTaskContext</c>, without which it does nothing.</summary>
    /// <param name="builder">The endpoint or group.</param>
    /// <param name="maxExecution">The budget: more than zero, at most 24 days.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxExecution"/> is out of range.</exception>
    public static TBuilder WithTaskBudget<TBuilder>(this TBuilder builder, TimeSpan maxExecution)
        where TBuilder : IEndpointConventionBuilder =>
        Add(builder, new TaskBudgetMetadata(TaskBudget.Validate(maxExecution)));

    /// <summary>
    /// Lets only one run of the task be in progress for one organization (see <see cref="ITaskRunRequest"/>), and only one at
    /// all where it is about all of them; others are answered 409. Without <c>WithTaskContext</c> it does nothing.
    /// </summary>
    public static TBuilder WithExclusiveTask<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        Add(builder, new TaskExclusiveMetadata());

    /// <summary>Takes an endpoint out of the pipeline that its group is in.</summary>
    public static TBuilder DisableTaskContext<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        Add(builder, new DisableTaskContextMetadata());
        builder.Add(static endpoint =>
        {
            foreach (var problem in endpoint.Metadata.OfType<ProducesResponseTypeMetadata>().Where(known => known.Type == typeof(TaskProblemDetails)).ToArray())
                endpoint.Metadata.Remove(problem);
        });
        return builder;
    }

    private static TBuilder Add<TBuilder>(TBuilder builder, TaskMetadata metadata)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Add(endpoint =>
        {
            endpoint.Metadata.Add(metadata);
            // Once, however often a group and its endpoint ask.
            if (!endpoint.FilterFactories.Contains(TaskFilter.Factory))
                endpoint.FilterFactories.Add(TaskFilter.Factory);
        });
        return builder;
    }

    private static void Describe(EndpointBuilder endpoint, int status)
    {
        if (!endpoint.Metadata.OfType<IProducesResponseTypeMetadata>().Any(known => known.StatusCode == status))
            endpoint.Metadata.Add(new ProducesResponseTypeMetadata(status, typeof(TaskProblemDetails), ["application/problem+json"]));
    }

    private static void ThrowIfEmpty(string? name)
    {
        if (name is not null)
            ArgumentException.ThrowIfNullOrWhiteSpace(name);
    }
}
