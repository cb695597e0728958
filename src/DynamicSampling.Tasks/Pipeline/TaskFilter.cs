using System.Reflection;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Tasks.Pipeline;

/// <summary>
/// The filter around a handler: begins the run, hands its token to the handler, ends the run, and puts the statistics in the
/// response. There is one per endpoint; what belongs to a request lives in <see cref="InvokeAsync"/>.
/// </summary>
internal sealed class TaskFilter
{
    /// <summary>Static, so that a group and its endpoint can see that they add the same one.</summary>
    public static readonly Func<EndpointFilterFactoryContext, EndpointFilterDelegate, EndpointFilterDelegate> Factory =
        static (context, next) => new TaskFilter(context, next).InvokeAsync;

    private readonly EndpointFilterDelegate _next;
    private readonly TaskRunner _runner;
    private readonly TaskMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly TaskPipelineOptions _options;
    private readonly int[] _tokenParameters;
    private readonly (int Parameter, PropertyInfo Property)[] _tokenProperties;
    private readonly int _requestParameter;
    private TaskEndpoint? _endpoint;

    private TaskFilter(EndpointFilterFactoryContext context, EndpointFilterDelegate next)
    {
        var services = context.ApplicationServices;
        _next = next;
        _runner = services.GetService<TaskRunner>()
            ?? throw new InvalidOperationException("The task pipeline has no services. Add builder.Services.AddDynamicSamplingTasks().");
        _metrics = services.GetRequiredService<TaskMetrics>();
        _clock = services.GetRequiredService<TimeProvider>();
        _options = services.GetRequiredService<IOptions<TaskPipelineOptions>>().Value;
        var parameters = context.MethodInfo.GetParameters();
        _tokenParameters = [.. parameters.Where(parameter => parameter.ParameterType == typeof(CancellationToken)).Select(parameter => parameter.Position)];
        _tokenProperties =
        [
            .. parameters.Where(parameter => parameter.IsDefined(typeof(AsParametersAttribute)))
                .SelectMany(
                    parameter => parameter.ParameterType.GetProperties().Where(property => property.PropertyType == typeof(CancellationToken) && property.CanWrite),
                    (parameter, property) => (parameter.Position, property)),
        ];
        _requestParameter = Array.FindIndex(parameters, parameter => typeof(ITaskRunRequest).IsAssignableFrom(parameter.ParameterType));
    }

    private async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext invocation)
    {
        var http = invocation.HttpContext;
        // After a failed binding filters still run, but the handler will not: there is no run.
        if (http.Response.StatusCode == StatusCodes.Status400BadRequest || Resolve(http) is not { Run: { } run } endpoint)
            return await _next(invocation);
        return endpoint.HasContext ? await RunAsync(invocation, run) : await MeasureAsync(invocation, run.Name);
    }

    private async ValueTask<object?> RunAsync(EndpointFilterInvocationContext invocation, TaskRunOptions options)
    {
        var http = invocation.HttpContext;
        var context = http.RequestServices.GetRequiredService<TaskContext>();
        if (_requestParameter >= 0 && invocation.Arguments[_requestParameter] is ITaskRunRequest request)
        {
            if (request.MaxSeconds is { } seconds && !(seconds > 0))
                return TaskProblems.NoBudget(seconds);
            options = options.WithBudgetOfAtMost(request.MaxSeconds) with { Organization = request.Organization };
        }

        ActiveRun run;
        try
        {
            run = _runner.Begin(context, options, http.RequestAborted);
        }
        catch (TaskConflictException conflict)
        {
            return TaskProblems.Conflict(conflict);
        }

        HandOverToken(invocation, context.CancellationToken);

        object? result;
        TaskRun ended;
        try
        {
            result = await _next(invocation);
            ended = await _runner.EndAsync(run, exception: null);
        }
        catch (Exception exception)
        {
            ended = await _runner.EndAsync(run, exception);
            return Answer(http, context, ended, exception);
        }

        TaskResponseHeaders.Write(http, ended, _options.RunPath);
        if (CarrierOf(result) is { } carrier)
            carrier.Run = ended;
        return result;
    }

    private IResult Answer(HttpContext http, TaskContext context, TaskRun ended, Exception exception)
    {
        if (ended.Status == RunStatus.Canceled && context.CancelReason == CancelReason.Caller)
        {
            // Nobody is there to read an answer; hosts know this exception by the caller's token.
            if (!http.Response.HasStarted)
                http.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            throw new OperationCanceledException(exception.Message, exception, context.CallerToken);
        }

        // A bad request found late, while the body was read, has its own status.
        // Once the response has started there is nothing left to answer, and the exception must not be lost.
        if (http.Response.HasStarted || (ended.Status == RunStatus.Failed && (!_options.HandleExceptions || exception is BadHttpRequestException)))
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(exception);
        TaskResponseHeaders.Write(http, ended, _options.RunPath);
        return TaskProblems.Ended(ended);
    }

    private async ValueTask<object?> MeasureAsync(EndpointFilterInvocationContext invocation, string taskName)
    {
        var start = _clock.GetTimestamp();
        var isActive = _metrics.RunStarted(taskName);
        var outcome = RunStatus.Completed;
        string? errorType = null;
        try
        {
            return await _next(invocation);
        }
        catch (Exception exception)
        {
            var canceled = exception is OperationCanceledException && invocation.HttpContext.RequestAborted.IsCancellationRequested;
            outcome = canceled ? RunStatus.Canceled : RunStatus.Failed;
            errorType = canceled ? RunError.Canceled : exception.GetType().FullName;
            throw;
        }
        finally
        {
            _metrics.RunEnded(taskName, isActive, outcome.ToWireName(), errorType, _clock.GetElapsedTime(start).TotalSeconds);
        }
    }

    private void HandOverToken(EndpointFilterInvocationContext invocation, CancellationToken token)
    {
        foreach (var index in _tokenParameters)
            invocation.Arguments[index] = token;
        foreach (var (index, property) in _tokenProperties)
        {
            // Reading boxes a struct; it is the changed box that goes back.
            var argument = invocation.Arguments[index];
            property.SetValue(argument, token);
            invocation.Arguments[index] = argument;
        }
    }

    private TaskEndpoint? Resolve(HttpContext http)
    {
        var endpoint = http.GetEndpoint();
        if (endpoint is null)
            return null;
        var known = Volatile.Read(ref _endpoint);
        if (known is not null && ReferenceEquals(known.Endpoint, endpoint))
            return known;
        var resolved = TaskEndpoint.Resolve(endpoint, _options.DefaultMaxExecution);
        Volatile.Write(ref _endpoint, resolved);
        return resolved;
    }

    private static ITaskStatsCarrier? CarrierOf(object? result)
    {
        while (result is INestedHttpResult nested)
            result = nested.Result;
        return result as ITaskStatsCarrier ?? (result as IValueHttpResult)?.Value as ITaskStatsCarrier;
    }
}
