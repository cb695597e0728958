namespace DynamicSampling.IntegrationTests.Pipeline;

/// <summary>Holds a handler until the test opens it, and tells the test that the handler has come that far.</summary>
internal sealed class Gate
{
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the handler waits.</summary>
    public Task Entered => _entered.Task.WaitAsync(PipelineHost.Patience);

    public void Open() => _opened.TrySetResult();

    public Task PassAsync(CancellationToken cancellationToken)
    {
        _entered.TrySetResult();
        return _opened.Task.WaitAsync(cancellationToken);
    }

    /// <summary>As a handler does that looks at no token.</summary>
    public Task PassIgnoringTokensAsync() => PassAsync(CancellationToken.None);
}
