using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Simulation.Stores;

/// <summary>What the tasks want besides and the simulation has none of: custom rules, and passes that were cut short.</summary>
internal sealed class NothingElse : ICustomRuleStore, ICustomRuleNotifier, IPassProgress
{
    public Task<IReadOnlyList<CustomRule>> ListActiveAsync(string? organization, Guid? after, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<CustomRule>>([]);

    public Task UpdateAsync(CustomRule rule, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task SamplesCollectedAsync(CustomRule rule, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<string?> FindAsync(string task, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public Task SaveAsync(string task, string? organization, CancellationToken cancellationToken) => Task.CompletedTask;
}
