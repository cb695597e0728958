using System.Reflection;
using DynamicSampling.Tasks.Pipeline;
using DynamicSampling.Tasks.Runs;
using Microsoft.AspNetCore.Http.Metadata;

namespace DynamicSampling.Api.Endpoints;

/// <summary>200 with the run itself as the body; the pipeline fills it in.</summary>
internal sealed class RunResult : IResult, ITaskStatsCarrier, IEndpointMetadataProvider
{
    public TaskRun? Run { get; set; }

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(TaskRun), ["application/json"]));

    public Task ExecuteAsync(HttpContext httpContext) => TypedResults.Ok(Run).ExecuteAsync(httpContext);
}
