using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Dashboard.Layout;

/// <summary>What went wrong.</summary>
/// <param name="Title">In a few words.</param>
/// <param name="Detail">What it was, and what to do.</param>
public sealed record ErrorModel(string Title, string Detail);

/// <summary>Tells people with browsers what is wrong by a page, where programs get problem details.</summary>
internal sealed class ErrorPages(IOptions<ProblemDetailsOptions> options) : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => IsForPeople(context.HttpContext);

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var http = context.HttpContext;
        var problem = context.ProblemDetails;
        problem.Status ??= http.Response.StatusCode;
        // Gives it the title of its status.
        _ = TypedResults.Problem(problem);
        options.Value.CustomizeProblemDetails?.Invoke(context);
        var model = new ErrorModel(problem.Title ?? "Error", problem.Detail ?? "");
        var html = await Fragments.RenderAsync<ErrorPage>(
            http.RequestServices, new(StringComparer.Ordinal) { ["Frame"] = PageFrame.Of(http, Section.None), ["Model"] = model });
        PageHeaders.AddTo(http.Response);
        http.Response.StatusCode = problem.Status.Value;
        http.Response.ContentType = "text/html; charset=utf-8";
        await http.Response.WriteAsync(html, http.RequestAborted);
    }

    // The handler of exceptions takes it away.
    private static Endpoint? EndpointOf(HttpContext http) => http.Features.Get<IExceptionHandlerFeature>()?.Endpoint ?? http.GetEndpoint();

    // Forms and pages of the dashboard, and paths where there is nothing. What is under /api is for programs.
    private static bool IsForPeople(HttpContext http) =>
        !http.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
        && (EndpointOf(http) is { } endpoint ? endpoint.Metadata.GetMetadata<Routing.DashboardEndpoint>() is not null : HttpMethods.IsGet(http.Request.Method))
        && http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
}
