namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>The time that one organization of a pass may take, within the time of the run.</summary>
internal sealed class OrganizationBudget : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _run;

    public OrganizationBudget(TimeProvider clock, CancellationToken run)
    {
        // CreateLinkedTokenSource knows no clock.
        _source = new(PassLimits.OrganizationBudget, clock);
        _run = run.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
    }

    /// <summary>Cancelled when the budget is used up, or the run is.</summary>
    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        // First, because it waits for a callback that is under way.
        _run.Dispose();
        _source.Dispose();
    }
}
