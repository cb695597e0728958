using System.ComponentModel.DataAnnotations;
using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Tasks.Pipeline;

/// <summary>Settings of the task pipeline.</summary>
public sealed class TaskPipelineOptions
{
    /// <summary>The time budget of an endpoint that states none.</summary>
    /// <value>More than zero, at most 24 days. The default is 420 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.0010000", "24.00:00:00")]
    public TimeSpan DefaultMaxExecution { get; set; } = TaskBudget.Default;

    /// <summary>How many runs the in-memory store remembers.</summary>
    /// <value>1 to 1,000,000. The default is 1,000.</value>
    [Range(1, 1_000_000)]
    public int MaxStoredRuns { get; set; } = 1000;

    /// <summary>Where the application serves a run, with <c>{id}</c> for its id, for instance <c>/runs/{id}</c>.</summary>
    /// <value>The default is null: responses carry no <c>Content-Location</c>.</value>
    // The message is a format string, so its braces are doubled; a header takes visible ASCII only.
    [RegularExpression(
        @"/[!-~]*\{id\}[!-~]*", ErrorMessage = "RunPath must start with / and contain {{id}}, for instance /runs/{{id}}, in percent-encoded ASCII.")]
    public string? RunPath { get; set; }

    /// <summary>The name of this process, which its runs carry where several processes share the work.</summary>
    /// <value>The default is null: runs do not say where they run.</value>
    public string? NodeName { get; set; }

    /// <summary>
    /// Whether the pipeline answers a failed run itself, with problem details that carry the run. Otherwise it records the
    /// exception and throws it on to the application's exception handlers; timeouts and cancellations it answers anyway.
    /// </summary>
    /// <value>The default is true.</value>
    public bool HandleExceptions { get; set; } = true;

    /// <summary>
    /// Whether a failed run tells the exception's message. Messages can hold what a client should not see; the log always has
    /// them.
    /// </summary>
    /// <value>The default is false.</value>
    public bool ShowExceptionMessages { get; set; }
}
