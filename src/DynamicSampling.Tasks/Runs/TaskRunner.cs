using System.Diagnostics;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DynamicSampling.Tasks.Runs;

/// <summary>Runs tasks: the core that the endpoint filter uses, without HTTP, for schedulers and background work.</summary>
public sealed class TaskRunner
{
    private readonly IServiceScopeFactory _scopes;
    private readonly TimeProvider _clock;
    private readonly RunRegistry _registry;
    private readonly IRunStore _store;
    private readonly TaskMetrics _metrics;
    private readonly ILogger _logger;
    private readonly bool _showMessages;
    private readonly string? _node;

    internal TaskRunner(
        IServiceScopeFactory scopes, TimeProvider clock, RunRegistry registry, IRunStore store, TaskMetrics metrics, ILogger<TaskRunner> logger,
        bool showMessages, string? node = null)
    {
        _scopes = scopes;
        _clock = clock;
        _registry = registry;
        _store = store;
        _metrics = metrics;
        _logger = logger;
        _showMessages = showMessages;
        _node = node;
    }

    /// <summary>Runs a task to its end, in a scope of its own.</summary>
    /// <param name="options">What the run is to be.</param>
    /// <param name="body">The work, with the scope's services and its context.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    /// <returns>The ended run, however it ended: what the body throws is in <see cref="TaskRun.Error"/>.</returns>
    /// <exception cref="TaskConflictException">The run must not overlap one in progress.</exception>
    public async Task<TaskRun> RunAsync(
        TaskRunOptions options, Func<IServiceProvider, TaskContext, Task> body, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(body);
        var scope = _scopes.CreateAsyncScope();
        await using (scope)
        {
            var run = Begin(scope.ServiceProvider.GetRequiredService<TaskContext>(), options, cancellationToken);
            return await ExecuteAsync(run, scope.ServiceProvider, body);
        }
    }

    /// <summary>Starts a task that goes on by itself, in a scope of its own.</summary>
    /// <returns>The run in progress.</returns>
    /// <inheritdoc cref="RunAsync"/>
    public ActiveRun Start(TaskRunOptions options, Func<IServiceProvider, TaskContext, Task> body)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(body);
        var caller = Activity.Current;
        var scope = _scopes.CreateAsyncScope();
        ActiveRun run;
        try
        {
            run = Begin(scope.ServiceProvider.GetRequiredService<TaskContext>(), options, CancellationToken.None);
        }
        catch
        {
            scope.Dispose();
            throw;
        }

        // The registry knows the run: shutdown cancels it and waits for it.
        _ = Task.Run(
            async () =>
            {
                await using (scope)
                    await ExecuteAsync(run, scope.ServiceProvider, body);
            },
            CancellationToken.None);
        // The run's span is current in the run only.
        Activity.Current = caller;
        return run;
    }

    /// <summary>Initialises the scope's context and makes the run known. The run's span is current from here on.</summary>
    internal ActiveRun Begin(TaskContext context, TaskRunOptions options, CancellationToken cancellationToken)
    {
        var taskName = options.TaskName;
        var now = _clock.GetUtcNow();
        var startedAt = new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
        var run = new ActiveRun(RunIds.Create(startedAt), startedAt, context, options, _node);
        context.Begin(taskName, run.Id, TaskBudget.Validate(options.MaxExecution), cancellationToken);
        try
        {
            _registry.Add(run);
        }
        catch (TaskConflictException)
        {
            context.End();
            throw;
        }

        try
        {
            run.IsCountedAsActive = _metrics.RunStarted(taskName);
            run.Activity = TaskActivities.StartRun(taskName, run.Id);
            Log.RunStarted(_logger, run.Id, taskName, options.MaxExecution.TotalSeconds);
            // Not awaited here: a store that is busy must not eat the run's budget.
            if (_store.SavesStarts)
                run.StartSaved = SaveAsync(run.Snapshot()).AsTask();
            return run;
        }
        catch
        {
            // A listener threw. The run must not stay in the way of the next one.
            _registry.Remove(run);
            context.End();
            throw;
        }
    }

    /// <summary>Classifies how the run ended, freezes its statistics once, and gives the same to metrics, log and store.</summary>
    internal async ValueTask<TaskRun> EndAsync(ActiveRun run, Exception? exception)
    {
        var context = run.Context;
        context.End();
        var (status, error) = Classify(context, exception);
        var ended = run.ToRun(status, error);

        try
        {
            await run.StartSaved;
            await SaveAsync(ended);
            Report(run, ended, exception);
        }
        finally
        {
            // Only now, so that a run can be found here or in the store at any time.
            _registry.Remove(run);
            run.Complete(ended);
        }

        return ended;
    }

    private ValueTask SaveAsync(TaskRun run)
    {
        // What became of a run is recorded even if its caller is gone.
        try
        {
            var saving = _store.SaveAsync(run, CancellationToken.None);
            return saving.IsCompletedSuccessfully ? ValueTask.CompletedTask : AwaitAsync(saving);
        }
        catch (Exception exception)
        {
            Log.RunNotStored(_logger, exception, run.Id, run.TaskName);
            return ValueTask.CompletedTask;
        }

        async ValueTask AwaitAsync(ValueTask saving)
        {
            try
            {
                await saving;
            }
            catch (Exception exception)
            {
                Log.RunNotStored(_logger, exception, run.Id, run.TaskName);
            }
        }
    }

    private async Task<TaskRun> ExecuteAsync(ActiveRun run, IServiceProvider services, Func<IServiceProvider, TaskContext, Task> body)
    {
        Exception? thrown = null;
        try
        {
            await body(services, run.Context);
        }
        catch (Exception exception)
        {
            thrown = exception;
        }

        return await EndAsync(run, thrown);
    }

    private void Report(ActiveRun run, TaskRun ended, Exception? exception)
    {
        if (_metrics.FunctionsEnabled)
        {
            foreach (var (function, data) in ended.TaskData)
            {
                // One that was refused, or only looked up, took no time.
                if (data.Calls > 0)
                    _metrics.FunctionEnded(ended.TaskName, function, data.ExecutionTime, data.NumRowsTotal, data.NumDbCalls);
            }
        }

        var outcome = ended.Status.ToWireName();
        _metrics.RunEnded(ended.TaskName, run.IsCountedAsActive, outcome, ended.Error?.Type, ended.Seconds);
        if (run.Activity is { } activity)
            TaskActivities.EndRun(activity, outcome, ended.Error?.Type, exception?.Message);
        LogEnd(ended, run.Context.CancelReason, exception);
    }

    private (RunStatus Status, RunError? Error) Classify(TaskContext context, Exception? exception)
    {
        if (exception is null)
            return (RunStatus.Completed, null);
        var function = context.FunctionThatThrew(exception);
        if (exception is TaskTimeoutException timeout && context.CancelReason == CancelReason.Budget)
            return (RunStatus.TimedOut, new(RunError.Timeout, timeout.Message, function));
        return exception is OperationCanceledException ? context.CancelReason switch
        {
            CancelReason.Budget => (RunStatus.TimedOut, new(
                RunError.Timeout,
                FormattableString.Invariant($"{context.Name} was stopped when its budget of {context.MaxExecution.TotalSeconds} s was used up."),
                function)),
            CancelReason.Caller => (RunStatus.Canceled, new(RunError.Canceled, "The caller left before the run ended.", function)),
            CancelReason.Operator => (RunStatus.Canceled, new(RunError.Canceled, "The run was canceled on request.", function)),
            CancelReason.Shutdown => (RunStatus.Canceled, new(RunError.Shutdown, "The process is stopping.", function)),
            _ => Failed(),
        }
        : Failed();

        (RunStatus, RunError) Failed() => (RunStatus.Failed, new(
            exception.GetType().FullName ?? exception.GetType().Name, _showMessages ? exception.Message : null, function));
    }

    private void LogEnd(TaskRun run, CancelReason reason, Exception? exception)
    {
        switch (run.Status)
        {
            case RunStatus.TimedOut:
                Log.RunTimedOut(_logger, run.Id, run.TaskName, run.MaxSeconds, run.Seconds, run.Error?.Function);
                break;
            case RunStatus.Canceled:
                Log.RunCanceled(_logger, run.Id, run.TaskName, run.Seconds, reason.ToString());
                break;
            case RunStatus.Failed:
                Log.RunFailed(_logger, exception!, run.Id, run.TaskName, run.Seconds, run.Error?.Function);
                break;
            case RunStatus.Completed when run.OverrunSeconds > 0:
                Log.RunOverran(_logger, run.Id, run.TaskName, run.Seconds, run.OverrunSeconds);
                break;
            default:
                Log.RunCompleted(_logger, run.Id, run.TaskName, run.Seconds);
                break;
        }
    }
}
