using System.Text.Json.Serialization;
using DynamicSampling.Tasks.Runs;
using Microsoft.AspNetCore.Mvc;

namespace DynamicSampling.Tasks.Pipeline;

/// <summary>RFC 9457 problem details of a run that did not complete.</summary>
public sealed class TaskProblemDetails : ProblemDetails
{
    /// <summary>The run, with the statistics so far.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TaskRun? Task { get; set; }

    /// <summary>The id of the run: the one that ended, or the one that is in the way.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? RunId { get; set; }
}
