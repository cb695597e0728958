using DynamicSampling.Dashboard.Text;
using DynamicSampling.Tasks.Runs;

namespace DynamicSampling.Dashboard.Runs;

/// <summary>Says in words what a run did.</summary>
internal static class RunWords
{
    private const int ShortError = 120;

    /// <summary>A status as people write it.</summary>
    public static string Of(RunStatus status) => status.ToWireName().Replace('_', ' ');

    /// <summary>What it works on.</summary>
    public static string Scope(TaskRun run) => run.Organization ?? (run.Shard is { } shard ? $"shard {shard}" : "all");

    /// <summary>Where the time went, in a sentence.</summary>
    public static string Why(TaskRun run, Waterfall waterfall)
    {
        var took = Format.Duration(run.Seconds) + (run.Status == RunStatus.Running ? " so far" : "");
        if (run.Seconds <= 0)
            return took + ".";
        if (waterfall.Slowest is not { } slowest)
            return $"{took}, in no function that has a name.";
        var outside = waterfall.OutsideSeconds > slowest.OwnSeconds ? Part(waterfall.OutsideSeconds) + " outside of its functions, and " : "";
        var data = slowest.Data;
        var within = slowest.OwnSeconds < data.ExecutionTime ? " itself, without the functions within it" : "";
        var calls = data.Calls == 1 ? "1 call" : $"{Format.Count(data.Calls)} calls, the longest {Format.Duration(data.MaxExecutionTime)}";
        return $"{took}, of which {outside}{Part(slowest.OwnSeconds)} in {slowest.Name}{within}: {calls}.";

        string Part(double seconds) => $"{Format.Duration(seconds)} ({Format.Share(seconds / run.Seconds)})";
    }

    /// <summary>What share of the budget it took.</summary>
    public static string OfBudget(TaskRun run) => $"{Format.Percent(run.Seconds / run.MaxSeconds)} of its budget of {Format.Interval(run.MaxSeconds)}";

    /// <summary>Why it did not complete, for a row of a list.</summary>
    public static string? Error(TaskRun run)
    {
        if (run.Error is not { } error)
            return null;
        var text = (error.Function is { } function ? function + ": " : "") + (error.Message ?? error.Type);
        return text.Length <= ShortError ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[ShortError - 1]) ? ShortError - 1 : ShortError), "…");
    }
}
