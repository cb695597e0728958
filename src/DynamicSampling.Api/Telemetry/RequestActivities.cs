using System.Diagnostics;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace DynamicSampling.Api.Telemetry;

/// <summary>Gives ASP.NET Core's request activity what the semantic conventions ask for and it leaves out.</summary>
internal static class RequestActivities
{
    public static void UseRequestActivities(this IApplicationBuilder app) => app.Use(static async (context, next) =>
    {
        try
        {
            await next(context);
        }
        finally
        {
            if (context.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } activity)
                Describe(activity, context);
        }
    });

    private static void Describe(Activity activity, HttpContext context)
    {
        // The exception handler takes the endpoint away.
        var endpoint = context.Features.Get<IExceptionHandlerFeature>()?.Endpoint ?? context.GetEndpoint();
        var route = (endpoint as RouteEndpoint)?.RoutePattern.RawText;
        // A group's root is written with a slash at its end.
        if (route is { Length: > 1 })
            route = route.TrimEnd('/');
        if (route is not null)
        {
            activity.DisplayName = $"{context.Request.Method} {route}";
            activity.SetTag("http.route", route);
        }

        var status = context.Response.StatusCode;
        activity.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError)
            activity.SetStatus(ActivityStatusCode.Error);
    }
}
