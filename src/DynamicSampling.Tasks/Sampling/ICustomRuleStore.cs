namespace DynamicSampling.Tasks.Sampling;

/// <summary>What the sampling tasks do with custom rules.</summary>
public interface ICustomRuleStore
{
    /// <summary>Rules that have not been deactivated, in the order of their ids.</summary>
    /// <param name="organization">The organization's name; null for all.</param>
    /// <param name="after">Only rules after this one; null for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<IReadOnlyList<CustomRule>> ListActiveAsync(string? organization, Guid? after, int limit, CancellationToken cancellationToken);

    /// <summary>Notes how many samples a rule has, when they were announced, and when the rule was deactivated.</summary>
    Task UpdateAsync(CustomRule rule, CancellationToken cancellationToken);
}

/// <summary>Tells the outside world what happened to custom rules.</summary>
public interface ICustomRuleNotifier
{
    /// <summary>Announces that the samples of a rule are complete. What it throws is a failure, and it is tried again later.</summary>
    Task SamplesCollectedAsync(CustomRule rule, CancellationToken cancellationToken);
}
