using System.Diagnostics;
using System.Net.Mime;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Hosting;

/// <summary>
/// Writes problem details to clients that accept no JSON, browsers among them, which the framework's writer leaves without a word. RFC 9110, 12.5.1,
/// lets a server answer them so.
/// </summary>
internal sealed class UnaskedProblems(IOptions<ProblemDetailsOptions> options) : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var http = context.HttpContext;
        var problem = context.ProblemDetails;
        problem.Status ??= http.Response.StatusCode;
        // Gives it the title and the type of its status.
        _ = TypedResults.Problem(problem);
        problem.Extensions.TryAdd("traceId", Activity.Current?.Id ?? http.TraceIdentifier);
        options.Value.CustomizeProblemDetails?.Invoke(context);
        return new(http.Response.WriteAsJsonAsync(problem, problem.GetType(), options: null, MediaTypeNames.Application.ProblemJson));
    }
}
