using BenchmarkDotNet.Attributes;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Polly;

namespace DynamicSampling.Benchmarks;

/// <summary>
/// A whole request without HTTP: a scope, a context, the endpoint's delegate. The endpoints differ only in what limits their
/// time; each of them has 420 seconds, and a caller that could leave.
/// </summary>
[MemoryDiagnoser]
public class FilterBenchmarks
{
    private static readonly ResiliencePipeline Timeout = new ResiliencePipelineBuilder().AddTimeout(TaskBudget.Default).Build();

    private WebApplication? _app;
    private IServiceScopeFactory? _scopes;
    private Target _bare;
    private Target _polly;
    private Target _requestTimeout;
    private Target _filter;
    private Target _filterWithFunction;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddDynamicSamplingTasks();
        builder.Services.AddRequestTimeouts();
        var app = builder.Build();
        app.MapPost("/bare", BodyAsync);
        app.MapPost("/polly", static (CancellationToken cancellationToken) =>
            Timeout.ExecuteAsync(static token => BodyAsync(token), cancellationToken));
        app.MapPost("/request-timeout", BodyAsync).WithRequestTimeout(TaskBudget.Default);
        app.MapPost("/filter", BodyAsync).WithTaskContext("filter", TaskBudget.Default);
        app.MapPost("/filter-with-function", static (TaskContext task) =>
            task.RunAsync("work", 0, static (_, _, token) => BodyAsync(token))).WithTaskContext("filter_with_function", TaskBudget.Default);

        _app = app;
        _scopes = app.Services.GetRequiredService<IServiceScopeFactory>();
        var endpoints = ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints).Cast<RouteEndpoint>()
            .ToDictionary(endpoint => endpoint.RoutePattern.RawText!, StringComparer.Ordinal);
        _bare = TargetOf("/bare");
        _polly = TargetOf("/polly");
        _filter = TargetOf("/filter");
        _filterWithFunction = TargetOf("/filter-with-function");
        var limited = endpoints["/request-timeout"];
        _requestTimeout = new(limited, new ApplicationBuilder(app.Services).UseRequestTimeouts().Use(_ => limited.RequestDelegate!).Build());

        // A benchmark of something that is not there is worse than none.
        await InvokeAsync(_filter);
        var runs = await app.Services.GetRequiredService<IRunStore>().ListAsync(new(), CancellationToken.None);
        if (runs is not [{ Status: RunStatus.Completed }])
            throw new InvalidOperationException("The filter has recorded no run.");
        var limits = await InvokeAsync(_requestTimeout);
        if (limits.Caller.Replacements == 0)
            throw new InvalidOperationException("The request timeout has not replaced the request's token.");
        if (limits.Response.Completed == 0)
            throw new InvalidOperationException("The request timeout has not released its timer; every call would leave one behind.");

        Target TargetOf(string path) => new(endpoints[path], endpoints[path].RequestDelegate!);
    }

    [Benchmark(Baseline = true)]
    public Task Bare() => InvokeAsync(_bare);

    [Benchmark]
    public Task PollyTimeout() => InvokeAsync(_polly);

    [Benchmark]
    public Task RequestTimeout() => InvokeAsync(_requestTimeout);

    [Benchmark]
    public Task Filter() => InvokeAsync(_filter);

    /// <summary>Beyond the comparison: the same with one timed function, which the response then tells in a header.</summary>
    [Benchmark]
    public Task FilterWithFunction() => InvokeAsync(_filterWithFunction);

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
    }

    private static ValueTask<IResult> BodyAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(TypedResults.NoContent());
    }

    private async Task<(CallerFeature Caller, CompletingFeature Response)> InvokeAsync(Target target)
    {
        var scope = _scopes!.CreateAsyncScope();
        await using (scope)
        {
            // A token a request, as the server gives: what is left registered on it must not pile up from call to call.
            using var caller = new CancellationTokenSource();
            var feature = new CallerFeature(caller.Token);
            var http = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
            http.Features.Set<IHttpRequestLifetimeFeature>(feature);
            var response = new CompletingFeature();
            http.Features.Set<IHttpResponseFeature>(response);
            http.SetEndpoint(target.Endpoint);
            await target.Delegate(http);
            await response.CompleteAsync();
            if (http.Response.StatusCode != StatusCodes.Status204NoContent)
                throw new InvalidOperationException($"{target.Endpoint.DisplayName} answered {http.Response.StatusCode}.");
            return (feature, response);
        }
    }

    private readonly record struct Target(Endpoint Endpoint, RequestDelegate Delegate);

    private sealed class CallerFeature(CancellationToken token) : IHttpRequestLifetimeFeature
    {
        private CancellationToken _token = token;

        public int Replacements { get; private set; }

        public CancellationToken RequestAborted
        {
            get => _token;
            set
            {
                _token = value;
                Replacements++;
            }
        }

        public void Abort() => throw new NotSupportedException();
    }

    /// <summary>
    /// Calls what waits for the end of the response, as a server does and the default feature does not: the request timeout
    /// releases its timer there.
    /// </summary>
    private sealed class CompletingFeature : HttpResponseFeature
    {
        private Stack<(Func<object, Task> Callback, object State)>? _callbacks;

        public int Completed { get; private set; }

        public override void OnCompleted(Func<object, Task> callback, object state) => (_callbacks ??= new()).Push((callback, state));

        public async ValueTask CompleteAsync()
        {
            while (_callbacks?.TryPop(out var next) == true)
            {
                await next.Callback(next.State);
                Completed++;
            }
        }
    }
}
