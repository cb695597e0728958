namespace DynamicSampling.Tasks.Pipeline;

/// <summary>What one <c>With…</c> call asks for. It is only added to the endpoint; <see cref="TaskEndpoint"/> sums up.</summary>
internal abstract record TaskMetadata;

internal sealed record TaskMetricsMetadata(string? Name) : TaskMetadata;

internal sealed record TaskContextMetadata(string? Name, TimeSpan? MaxExecution) : TaskMetadata;

internal sealed record TaskBudgetMetadata(TimeSpan MaxExecution) : TaskMetadata;

internal sealed record TaskExclusiveMetadata : TaskMetadata;

internal sealed record DisableTaskContextMetadata : TaskMetadata;
