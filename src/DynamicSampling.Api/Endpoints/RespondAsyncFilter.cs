using DynamicSampling.Tasks.Pipeline;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.SamplingTasks;

namespace DynamicSampling.Api.Endpoints;

/// <summary>
/// <c>Prefer: respond-async</c> (RFC 7240): starts the task without the request, so that it goes on when the client leaves, and
/// answers 202 at once. It stands outside the task's own filter, which runs tasks inside their requests.
/// </summary>
internal sealed class RespondAsyncFilter(ISamplingTask task, TaskStarts starts) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!PrefersAsync(http.Request))
            return await next(context);
        var request = context.Arguments.OfType<TaskRequest>().FirstOrDefault();
        try
        {
            var run = starts.Start(task, request);
            http.Response.Headers["Preference-Applied"] = "respond-async";
            return TaskResults.Accepted(http, run);
        }
        catch (TaskConflictException conflict)
        {
            return TaskResults.Conflict(conflict);
        }
    }

    private static bool PrefersAsync(HttpRequest request)
    {
        foreach (var header in request.Headers["Prefer"])
        {
            foreach (var preference in (header ?? "").Split(','))
            {
                // A preference may carry parameters and a value.
                var name = preference.AsSpan();
                var end = name.IndexOfAny(';', '=');
                if ((end < 0 ? name : name[..end]).Trim().Equals("respond-async", StringComparison.OrdinalIgnoreCase))
                    return true;
            }
        }

        return false;
    }
}
