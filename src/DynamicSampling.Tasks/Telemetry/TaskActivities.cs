using System.Diagnostics;

namespace DynamicSampling.Tasks.Telemetry;

/// <summary>The spans: one a run, a child a function.</summary>
internal static class TaskActivities
{
    public static readonly ActivitySource Source = new(TelemetryNames.ActivitySource);

    public static Activity? StartRun(string taskName, Guid runId)
    {
        if (!Source.HasListeners())
            return null;
        var activity = Source.StartActivity(taskName);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag(TelemetryNames.TaskName, taskName);
            activity.SetTag(TelemetryNames.RunId, runId.ToString());
        }

        return activity;
    }

    public static void EndRun(Activity activity, string outcome, string? errorType, string? description)
    {
        if (activity.IsAllDataRequested)
        {
            activity.SetTag(TelemetryNames.Outcome, outcome);
            if (errorType is not null)
                Fail(activity, errorType, description);
        }

        activity.Dispose();
    }

    public static Activity? StartFunction(string taskName, string function)
    {
        var activity = Source.StartActivity(function);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag(TelemetryNames.TaskName, taskName);
            activity.SetTag(TelemetryNames.FunctionName, function);
        }

        return activity;
    }

    public static void Fail(Activity? activity, Exception exception) =>
        Fail(activity, exception.GetType().FullName ?? exception.GetType().Name, exception.Message);

    private static void Fail(Activity? activity, string errorType, string? description)
    {
        activity?.SetTag(TelemetryNames.ErrorType, errorType);
        activity?.SetStatus(ActivityStatusCode.Error, description);
    }
}
