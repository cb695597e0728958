namespace DynamicSampling.Tasks.Runs;

/// <summary>Why a run did not complete.</summary>
/// <param name="Type"><c>timeout</c>, <c>canceled</c>, <c>shutdown</c>, <c>lost</c>, or the full name of the exception's type.</param>
/// <param name="Message">What happened; null where messages of exceptions are not to be shown.</param>
/// <param name="Function">The function in which it happened; null outside every function.</param>
public sealed record RunError(string Type, string? Message, string? Function)
{
    /// <summary>The budget ended the run.</summary>
    public const string Timeout = "timeout";

    /// <summary>The caller or an operator ended the run.</summary>
    public const string Canceled = "canceled";

    /// <summary>The end of the process ended the run.</summary>
    public const string Shutdown = "shutdown";

    /// <summary>The run's process died.</summary>
    public const string Lost = "lost";
}
