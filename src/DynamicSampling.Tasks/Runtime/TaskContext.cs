using System.Collections.ObjectModel;
using DynamicSampling.Tasks.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DynamicSampling.Tasks.Runtime;

/// <summary>
/// One run of a task: its name, its time budget, and the timers and counters of its functions. In an endpoint with
/// <c>WithTaskContext</c> it is a scoped service, so a handler takes it as a parameter and any scoped service of the same
/// request can have it injected.
/// </summary>
/// <remarks>Everything but <see cref="Dispose"/> may be used from several threads at once.</remarks>
public sealed partial class TaskContext : IDisposable
{
    // A body that tries again for ever must not fill the memory with what went wrong.
    private const int MaxFailures = 64;

    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private CancellationTokenSource _cancellation = new();
    private NameTable<FunctionState> _functions = new(Timers.MaxTimers, static function => function.Name);
    private FunctionState? _otherFunction;
    private string? _name;
    private Guid _runId;
    private Timers? _timers;
    private CancellationToken _token;
    private TimeSpan _maxExecution;
    private long _start;
    private long _deadline;
    private long _end;
    private ITimer? _deadlineTimer;
    private CancellationTokenRegistration _caller;
    private CancellationToken _callerToken;
    private FunctionFailure? _failure;
    private TaskProgress? _progress;
    private int _cancelReason;
    private int _ended;

    /// <summary>Creates a context that runs from now on, for tests and for code outside a pipeline.</summary>
    /// <param name="name">The task's name; see <see cref="TaskNames.Normalize"/>.</param>
    /// <param name="maxExecution">The budget: more than zero, at most <see cref="TaskBudget.Longest"/>.</param>
    /// <param name="clock">The clock; the system's when left out.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxExecution"/> is out of range.</exception>
    public TaskContext(string name, TimeSpan maxExecution, TimeProvider? clock = null, CancellationToken cancellationToken = default)
        : this(clock ?? TimeProvider.System, NullLogger.Instance) =>
        Begin(TaskNames.Normalize(name), Guid.CreateVersion7(_clock.GetUtcNow()), TaskBudget.Validate(maxExecution), cancellationToken);

    internal TaskContext(TimeProvider clock, ILogger logger)
    {
        _clock = clock;
        _logger = logger;
    }

    /// <summary>The task's full name, for instance <c>dynamic_sampling.tasks.build_report</c>.</summary>
    public string Name => _name ?? throw NotBegun();

    /// <summary>The id of the run.</summary>
    public Guid RunId => _name is null ? throw NotBegun() : _runId;

    /// <summary>The time budget.</summary>
    public TimeSpan MaxExecution => _name is null ? throw NotBegun() : _maxExecution;

    /// <summary>Time since the run's start, up to its end.</summary>
    public TimeSpan Elapsed => _name is null ? throw NotBegun() : _clock.GetElapsedTime(_start, Now());

    /// <summary>What is left of the budget, never less than zero.</summary>
    public TimeSpan Remaining => MaxExecution - Elapsed is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>Whether the budget is used up: strictly after the deadline.</summary>
    public bool IsExpired => _name is null ? throw NotBegun() : Now() > _deadline;

    /// <summary>Cancelled when the budget is used up, the caller leaves, an operator cancels, or the process stops.</summary>
    public CancellationToken CancellationToken => _name is null ? throw NotBegun() : _token;

    /// <summary>
    /// What the run produced, kept with the run and shown by it: keep it small. It may be set early and grow, so that a run
    /// that is cut short says how far it got.
    /// </summary>
    public object? Result { get; set; }

    /// <summary>How far the run says it has got; null before <see cref="ReportProgress"/>.</summary>
    public TaskProgress? Progress => Volatile.Read(ref _progress);

    /// <summary>Says how far the run has got, for whoever looks at it meanwhile. The latest word counts, and stays with the run.</summary>
    /// <param name="done">How many are done, of whatever the run counts.</param>
    /// <param name="total">How many there are; null when that is not known.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is less than 0, or more is done than there is.</exception>
    public void ReportProgress(long done, long? total = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(done);
        if (total < done)
            throw new ArgumentOutOfRangeException(nameof(total), total, $"There cannot be less than the {done} that are done.");
        if (_name is null)
            throw NotBegun();
        // One object, so that nobody reads the numbers of two reports.
        Volatile.Write(ref _progress, new(done, total));
    }

    /// <summary>The timer of that name, created at first use. Beyond 64 names it is the one of <c>__other__</c>.</summary>
    public NamedTimer GetTimer(string name) => (_timers ?? throw NotBegun()).GetTimer(name);

    /// <summary>The statistics of the function of that name, created with its timer at first use.</summary>
    public FunctionState GetFunctionState(string name)
    {
        if (_functions.Find(name) is { } known)
            return known;
        var timer = GetTimer(name);
        return ReferenceEquals(timer, _timers!.Other)
            ? GetOtherFunction(timer)
            : _functions.GetOrAdd(name, timer, static (_, timer) => new(timer))!;
    }

    /// <summary>The statistics so far. It changes nothing: running timers run on.</summary>
    public TaskSnapshot Snapshot()
    {
        var timers = (_timers ?? throw NotBegun()).Items;
        var other = _timers.Other;
        if (timers.IsEmpty && other is null)
            return new(Name, _maxExecution.TotalSeconds, Elapsed.TotalSeconds, ReadOnlyDictionary<string, FunctionSnapshot>.Empty);
        var data = new Dictionary<string, FunctionSnapshot>(timers.Length + (other is null ? 0 : 1), StringComparer.Ordinal);
        foreach (var timer in timers)
            data.Add(timer.Name, SnapshotOf(timer, _functions.Find(timer.Name)));
        if (other is not null)
            data[other.Name] = SnapshotOf(other, _otherFunction);
        return new(Name, _maxExecution.TotalSeconds, Elapsed.TotalSeconds, data);
    }

    /// <summary>Releases the deadline's timer; the pipeline calls it through the request's scope.</summary>
    public void Dispose()
    {
        ReleaseDeadline();
        _cancellation.Dispose();
    }

    internal bool IsRunning => _name is not null && Volatile.Read(ref _ended) == 0;

    internal CancelReason CancelReason => (CancelReason)Volatile.Read(ref _cancelReason);

    internal CancellationToken CallerToken => _callerToken;

    /// <summary>Starts the clock and arms the deadline. A scope may have a second run after its first has ended.</summary>
    internal void Begin(string name, Guid runId, TimeSpan maxExecution, CancellationToken callerToken)
    {
        if (IsRunning)
            throw new InvalidOperationException($"This scope already has a run of {_name}; give {name} a scope of its own.");
        if (_name is not null)
            Reset();
        _runId = runId;
        _maxExecution = maxExecution;
        _start = _clock.GetTimestamp();
        _deadline = _start + TaskBudget.ToTimestamps(maxExecution, _clock.TimestampFrequency);
        _timers = new(_clock, _start, _logger, name);
        _token = _cancellation.Token;
        _callerToken = callerToken;
        _name = name;

        // The timer must not carry the request's async locals to its end.
        var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        try
        {
            // Armed when the field is set: a timer that fires early is armed again through it.
            _deadlineTimer = _clock.CreateTimer(
                static self => ((TaskContext)self!).DeadlineTimerFired(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _deadlineTimer.Change(maxExecution + TimeSpan.FromTicks(1), Timeout.InfiniteTimeSpan);
        }
        finally
        {
            flow.Dispose();
        }

        _caller = callerToken.UnsafeRegister(static self => ((TaskContext)self!).Cancel(CancelReason.Caller), this);
    }

    /// <summary>Stops the clock: <see cref="Elapsed"/> stays as it is, and no function may start any more.</summary>
    internal void End()
    {
        Volatile.Write(ref _end, _clock.GetTimestamp());
        Volatile.Write(ref _ended, 1);
        ReleaseDeadline();
    }

    /// <summary>Cancels the token; the first reason stays.</summary>
    internal bool Cancel(CancelReason reason)
    {
        if (!IsRunning || Interlocked.CompareExchange(ref _cancelReason, (int)reason, (int)CancelReason.None) != (int)CancelReason.None)
            return false;
        _ = CancelAsync();
        return true;
    }

    // The token is cancelled at once, its callbacks run on the pool: whoever cancels must not run the run's code.
    private async Task CancelAsync()
    {
        try
        {
            await _cancellation.CancelAsync();
        }
        catch (AggregateException exception)
        {
            // Somebody's callback threw.
            Log.CancellationCallbackThrew(_logger, exception, _name!);
        }
        catch (ObjectDisposedException)
        {
            // The run ended meanwhile.
        }
    }

    /// <summary>The function that let this exception escape first, if one did.</summary>
    internal string? FunctionThatThrew(Exception exception)
    {
        if (exception is TaskTimeoutException timeout)
            return timeout.Function;
        for (var failure = Volatile.Read(ref _failure); failure is not null; failure = failure.Earlier)
        {
            for (var cause = exception; cause is not null; cause = cause.InnerException)
            {
                if (ReferenceEquals(cause, failure.Exception) || (cause as AggregateException)?.InnerExceptions.Contains(failure.Exception) == true)
                    return failure.Function;
            }
        }

        return null;
    }

    private void Reset()
    {
        // The ended run's statistics are frozen in its snapshot; a token that was handed out keeps its meaning.
        _cancellation.Dispose();
        _cancellation = new();
        _functions = new(Timers.MaxTimers, static function => function.Name);
        _otherFunction = null;
        _failure = null;
        _cancelReason = (int)CancelReason.None;
        _ended = 0;
        _progress = null;
        Result = null;
    }

    // On its own: a closure is allocated where the scope of what it captures begins, so at every call of the method around it.
    private FunctionState GetOtherFunction(NamedTimer timer) => LazyInitializer.EnsureInitialized(ref _otherFunction, () => new(timer));

    private long Now() => Volatile.Read(ref _ended) == 0 ? _clock.GetTimestamp() : Volatile.Read(ref _end);

    private void DeadlineTimerFired()
    {
        // Timers may fire early by their resolution.
        if (IsExpired)
            Cancel(CancelReason.Budget);
        else if (IsRunning)
            _deadlineTimer?.Change(Remaining + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }

    private void ReleaseDeadline()
    {
        // Once: the run's end comes before the scope's, and each takes a lock.
        Interlocked.Exchange(ref _deadlineTimer, null)?.Dispose();
        _caller.Dispose();
        _caller = default;
    }

    private static FunctionSnapshot SnapshotOf(NamedTimer timer, FunctionState? function)
    {
        var reading = timer.Read();
        return new()
        {
            NumRowsTotal = function?.NumRowsTotal ?? 0,
            NumDbCalls = function?.NumDbCalls ?? 0,
            NumIterations = function?.NumIterations ?? 0,
            NumProjects = function?.NumProjects ?? 0,
            NumOrgs = function?.NumOrgs ?? 0,
            ExecutionTime = reading.Elapsed.TotalSeconds,
            Calls = reading.Calls,
            MaxExecutionTime = reading.LongestCall.TotalSeconds,
            FirstStart = reading.FirstStart.TotalSeconds,
            LastEnd = reading.LastEnd.TotalSeconds,
            Counters = function?.ReadCounters(),
        };
    }

    private static InvalidOperationException NotBegun() => new(
        "There is no task run in this scope. Add .WithTaskContext() to the endpoint, start the work with TaskRunner, or create a TaskContext with its public constructor.");

    private sealed record FunctionFailure(Exception Exception, string Function, FunctionFailure? Earlier, int Number);
}
