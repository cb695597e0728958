using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Tasks.Pipeline;

/// <summary>Endpoints are built at their first request; a task without a name is to be found when the application starts.</summary>
internal sealed class TaskEndpointCheck(IEnumerable<EndpointDataSource> sources, IOptions<TaskPipelineOptions> options) : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        foreach (var endpoint in sources.SelectMany(source => source.Endpoints))
            TaskEndpoint.Resolve(endpoint, options.Value.DefaultMaxExecution);
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
