using System.Diagnostics;
using DynamicSampling.Api.Authentication;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace DynamicSampling.Api.Telemetry;

/// <summary>Gives ASP.NET Core's request activity what the semantic conventions ask for and it leaves out.</summary>
internal static class RequestActivities
{
    public static void UseRequestActivities(this IApplicationBuilder app) => app.Use(static (context, next) =>
        // There is an activity for the log, too; nobody would read its tags.
        context.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } activity && activity.Source.HasListeners()
            ? InvokeAsync(context, next, activity)
            : next(context));

    /// <summary>
    /// Keeps the requests of an endpoint out of traces: an export of spans must not make spans, which would be exported in turn, and it must
    /// not be taken for a part of the trace that the exporter was in.
    /// </summary>
    public static TBuilder WithoutTraces<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new Untraced());

    private static async Task InvokeAsync(HttpContext context, RequestDelegate next, Activity activity)
    {
        try
        {
            await next(context);
        }
        finally
        {
            if (EndpointOf(context)?.Metadata.GetMetadata<Untraced>() is not null)
                Drop(activity);
            else
                Describe(activity, context);
        }
    }

    private static void Drop(Activity activity)
    {
        activity.IsAllDataRequested = false;
        activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }

    // The exception handler takes the endpoint away.
    private static Endpoint? EndpointOf(HttpContext context) => context.Features.Get<IExceptionHandlerFeature>()?.Endpoint ?? context.GetEndpoint();

    private static void Describe(Activity activity, HttpContext context)
    {
        var route = (EndpointOf(context) as RouteEndpoint)?.RoutePattern.RawText;
        // A group's root is written with a slash at its end.
        if (route is { Length: > 1 })
            route = route.TrimEnd('/');
        if (route is not null)
        {
            activity.DisplayName = $"{context.Request.Method} {route}";
            activity.SetTag("http.route", route);
        }

        // The server has noted the path as it came, before the key was taken out of it.
        if (context.Features.Get<PathKey>() is not null)
            activity.SetTag("url.path", (context.Request.PathBase + context.Request.Path).Value);
        var status = context.Response.StatusCode;
        activity.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError)
            activity.SetStatus(ActivityStatusCode.Error);
    }

    private sealed class Untraced;
}
