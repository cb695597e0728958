namespace DynamicSampling.Tasks.Sampling.Rules;

/// <summary>Counts what the reservoirs of one project's rules have taken.</summary>
public interface IReservoirs
{
    /// <summary>Takes one trace, unless the rule has taken as many as it may. Called by any number of threads.</summary>
    /// <param name="ruleId">The rule's id.</param>
    /// <param name="limit">How many traces the rule may take.</param>
    /// <returns>Whether the trace was taken.</returns>
    bool TryTake(int ruleId, long limit);
}
