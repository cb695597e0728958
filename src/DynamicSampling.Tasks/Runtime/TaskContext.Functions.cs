using System.Diagnostics;
using System.Runtime.CompilerServices;
using DynamicSampling.Tasks.Telemetry;

namespace DynamicSampling.Tasks.Runtime;

/// <content>Running the functions of a task.</content>
public sealed partial class TaskContext
{
    /// <summary>Runs a function under its own timer, unless the run is past its deadline.</summary>
    /// <param name="function">The function's name, as it shows in the statistics.</param>
    /// <param name="body">Gets the function's statistics, to count what it does, and the token to observe.</param>
    /// <returns>What the body returned, also when it finished after the deadline.</returns>
    /// <exception cref="TaskTimeoutException">The budget was used up before the function could start.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled before the function could start.</exception>
    [OverloadResolutionPriority(1)]
    public ValueTask<TResult> RunAsync<TResult>(string function, Func<FunctionState, CancellationToken, ValueTask<TResult>> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return RunAsync(function, body, static (body, state, cancellationToken) => body(state, cancellationToken));
    }

    /// <inheritdoc cref="RunAsync{TResult}(string, Func{FunctionState, CancellationToken, ValueTask{TResult}})"/>
    public ValueTask<TResult> RunAsync<TResult>(string function, Func<FunctionState, CancellationToken, Task<TResult>> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return RunAsync(function, body, static (body, state, cancellationToken) => new ValueTask<TResult>(body(state, cancellationToken)));
    }

    /// <inheritdoc cref="RunAsync{TResult}(string, Func{FunctionState, CancellationToken, ValueTask{TResult}})"/>
    /// <returns>Completes when the body has.</returns>
    [OverloadResolutionPriority(1)]
    public ValueTask RunAsync(string function, Func<FunctionState, CancellationToken, ValueTask> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return RunAsync(function, body, static (body, state, cancellationToken) => body(state, cancellationToken));
    }

    /// <inheritdoc cref="RunAsync(string, Func{FunctionState, CancellationToken, ValueTask})"/>
    public ValueTask RunAsync(string function, Func<FunctionState, CancellationToken, Task> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return RunAsync(function, body, static (body, state, cancellationToken) => new ValueTask(body(state, cancellationToken)));
    }

    /// <inheritdoc cref="RunAsync{TResult}(string, Func{FunctionState, CancellationToken, ValueTask{TResult}})"/>
    /// <param name="function">The function's name, as it shows in the statistics.</param>
    /// <param name="state">Handed to the body, so that it can be a static lambda and nothing is allocated.</param>
    /// <param name="body">Gets the state, the function's statistics, and the token to observe.</param>
    public ValueTask<TResult> RunAsync<TState, TResult>(
        string function, TState state, Func<TState, FunctionState, CancellationToken, ValueTask<TResult>> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var now = BeforeFunction(function, out var statistics, out var refusal);
        if (refusal is not null)
            return ValueTask.FromException<TResult>(refusal);
        if (TaskActivities.Source.HasListeners())
            return RunTracedAsync(statistics, state, body);

        statistics.Timer.StartCall(now);
        try
        {
            var pending = body(state, statistics, CancellationToken);
            if (!pending.IsCompletedSuccessfully)
                return AwaitAsync(pending, statistics, now);
            statistics.Timer.StopCall(now);
            return pending;
        }
        catch (Exception exception)
        {
            // An awaiter expects what goes wrong in the task, not from the call.
            FunctionThrew(statistics, now, exception);
            return ValueTask.FromException<TResult>(exception);
        }
    }

    /// <inheritdoc cref="RunAsync{TState, TResult}(string, TState, Func{TState, FunctionState, CancellationToken, ValueTask{TResult}})"/>
    /// <returns>Completes when the body has.</returns>
    public ValueTask RunAsync<TState>(string function, TState state, Func<TState, FunctionState, CancellationToken, ValueTask> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var now = BeforeFunction(function, out var statistics, out var refusal);
        if (refusal is not null)
            return ValueTask.FromException(refusal);
        if (TaskActivities.Source.HasListeners())
        {
            return ToVoid(RunTracedAsync(statistics, (state, body), static async (arg, statistics, cancellationToken) =>
            {
                await arg.body(arg.state, statistics, cancellationToken);
                return true;
            }));
        }

        statistics.Timer.StartCall(now);
        try
        {
            var pending = body(state, statistics, CancellationToken);
            if (!pending.IsCompletedSuccessfully)
                return AwaitAsync(pending, statistics, now);
            statistics.Timer.StopCall(now);
            return pending;
        }
        catch (Exception exception)
        {
            FunctionThrew(statistics, now, exception);
            return ValueTask.FromException(exception);
        }
    }

    /// <summary>
    /// The same for a body that does not wait. It has a name of its own because a lambda that returns a task must never be
    /// timed as one that does not.
    /// </summary>
    /// <inheritdoc cref="RunAsync{TResult}(string, Func{FunctionState, CancellationToken, ValueTask{TResult}})"/>
    public TResult Run<TResult>(string function, Func<FunctionState, TResult> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return Run(function, body, static (body, statistics) => body(statistics));
    }

    /// <inheritdoc cref="Run{TResult}(string, Func{FunctionState, TResult})"/>
    public void Run(string function, Action<FunctionState> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        Run(function, body, static (body, statistics) =>
        {
            body(statistics);
            return true;
        });
    }

    /// <inheritdoc cref="Run{TResult}(string, Func{FunctionState, TResult})"/>
    /// <param name="function">The function's name, as it shows in the statistics.</param>
    /// <param name="state">Handed to the body, so that it can be a static lambda and nothing is allocated.</param>
    /// <param name="body">Gets the state and the function's statistics.</param>
    public TResult Run<TState, TResult>(string function, TState state, Func<TState, FunctionState, TResult> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var now = BeforeFunction(function, out var statistics, out var refusal);
        if (refusal is not null)
            throw refusal;
        using var activity = TaskActivities.Source.HasListeners() ? TaskActivities.StartFunction(Name, statistics.Name) : null;
        statistics.Timer.StartCall(now);
        try
        {
            var result = body(state, statistics);
            statistics.Timer.StopCall(now);
            return result;
        }
        catch (Exception exception)
        {
            TaskActivities.Fail(activity, exception);
            FunctionThrew(statistics, now, exception);
            throw;
        }
    }

    /// <summary>
    /// Passes a sequence on. The time to produce each item counts under the function's name, the time to consume it does not;
    /// every item counts as an iteration.
    /// </summary>
    /// <remarks>
    /// Past the deadline the source is asked once more: a sequence that is at its end just ends, one that has more ends in a
    /// <see cref="TaskTimeoutException"/>.
    /// </remarks>
    /// <param name="function">The function's name, as it shows in the statistics.</param>
    /// <param name="source">The sequence; it is given the run's token.</param>
    /// <exception cref="TaskTimeoutException">The budget was used up and the sequence had more to give.</exception>
    public IAsyncEnumerable<T> Iterate<T>(string function, IAsyncEnumerable<T> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Iterate(function, (_, _) => source);
    }

    /// <inheritdoc cref="Iterate{T}(string, IAsyncEnumerable{T})"/>
    /// <param name="function">The function's name, as it shows in the statistics.</param>
    /// <param name="body">Makes the sequence; it gets the function's statistics, to count what it does, and the token to observe.</param>
    public IAsyncEnumerable<T> Iterate<T>(string function, Func<FunctionState, CancellationToken, IAsyncEnumerable<T>> body)
    {
        ArgumentException.ThrowIfNullOrEmpty(function);
        ArgumentNullException.ThrowIfNull(body);
        return IterateCore(function, body);
    }

    private async IAsyncEnumerable<T> IterateCore<T>(string function, Func<FunctionState, CancellationToken, IAsyncEnumerable<T>> body)
    {
        ThrowIfEnded(function);
        var statistics = GetFunctionState(function);
        var caller = Activity.Current;
        using var activity = TaskActivities.Source.HasListeners() ? TaskActivities.StartFunction(Name, statistics.Name) : null;
        await using var items = body(statistics, CancellationToken).GetAsyncEnumerator(CancellationToken);
        while (true)
        {
            ThrowIfEnded(function);
            // Only the producer works inside the function's span, not the consumer.
            if (activity is not null)
                Activity.Current = activity;
            var now = _clock.GetTimestamp();
            statistics.Timer.StartCall(now);
            bool any;
            try
            {
                any = await items.MoveNextAsync();
                statistics.Timer.StopCall(now);
            }
            catch (Exception exception)
            {
                TaskActivities.Fail(activity, exception);
                FunctionThrew(statistics, now, exception);
                throw;
            }

            if (activity is not null)
                Activity.Current = caller;
            if (!any)
                yield break;
            // An item whose production was under way at the deadline is finished work; one asked for later is not.
            if (now > _deadline || CancelReason is not (CancelReason.None or CancelReason.Budget))
            {
                var refusal = Refusal(function);
                TaskActivities.Fail(activity, refusal);
                throw refusal;
            }

            statistics.AddIterations();
            yield return items.Current;
        }
    }

    private long BeforeFunction(string function, out FunctionState statistics, out Exception? refusal)
    {
        ArgumentException.ThrowIfNullOrEmpty(function);
        ThrowIfEnded(function);
        statistics = GetFunctionState(function);
        var now = _clock.GetTimestamp();
        refusal = now > _deadline || CancelReason != CancelReason.None ? Refusal(function) : null;
        return now;
    }

    private Exception Refusal(string function)
    {
        // The deadline counts only if nobody cancelled before it: the first reason stays.
        if (Cancel(CancelReason.Budget) || CancelReason == CancelReason.Budget)
            return new TaskTimeoutException(Name, function, _maxExecution, Elapsed);

        var canceled = new OperationCanceledException($"{Name} was cancelled, so {function} was not started.", CancellationToken);
        AddFailure(canceled, function);
        return canceled;
    }

    private void ThrowIfEnded(string function)
    {
        if (_name is null)
            throw NotBegun();
        if (Volatile.Read(ref _ended) != 0)
        {
            throw new InvalidOperationException(
                $"The run of {_name} has ended, so {function} cannot start. Await everything that uses the TaskContext inside the handler.");
        }
    }

    private void FunctionThrew(FunctionState statistics, long callStart, Exception exception)
    {
        statistics.Timer.StopCall(callStart);
        AddFailure(exception, statistics.Name);
    }

    // The innermost function is the one to name, so an exception that is known keeps its function.
    private void AddFailure(Exception exception, string function)
    {
        FunctionFailure? latest;
        do
        {
            latest = Volatile.Read(ref _failure);
            for (var known = latest; known is not null; known = known.Earlier)
            {
                if (ReferenceEquals(known.Exception, exception))
                    return;
            }

            if (latest?.Number >= MaxFailures)
                return;
        }
        while (Interlocked.CompareExchange(ref _failure, new(exception, function, latest, (latest?.Number ?? 0) + 1), latest) != latest);
    }

    private async ValueTask<TResult> AwaitAsync<TResult>(ValueTask<TResult> pending, FunctionState statistics, long callStart)
    {
        try
        {
            var result = await pending;
            statistics.Timer.StopCall(callStart);
            return result;
        }
        catch (Exception exception)
        {
            FunctionThrew(statistics, callStart, exception);
            throw;
        }
    }

    private async ValueTask AwaitAsync(ValueTask pending, FunctionState statistics, long callStart)
    {
        try
        {
            await pending;
            statistics.Timer.StopCall(callStart);
        }
        catch (Exception exception)
        {
            FunctionThrew(statistics, callStart, exception);
            throw;
        }
    }

    // An async method as a whole, so that the span is current inside it only.
    private async ValueTask<TResult> RunTracedAsync<TState, TResult>(
        FunctionState statistics, TState state, Func<TState, FunctionState, CancellationToken, ValueTask<TResult>> body)
    {
        using var activity = TaskActivities.StartFunction(Name, statistics.Name);
        var now = _clock.GetTimestamp();
        statistics.Timer.StartCall(now);
        try
        {
            var result = await body(state, statistics, CancellationToken);
            statistics.Timer.StopCall(now);
            return result;
        }
        catch (Exception exception)
        {
            TaskActivities.Fail(activity, exception);
            FunctionThrew(statistics, now, exception);
            throw;
        }
    }

    private static async ValueTask ToVoid(ValueTask<bool> pending) => await pending;
}
