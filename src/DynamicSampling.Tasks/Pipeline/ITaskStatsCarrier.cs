using DynamicSampling.Tasks.Runs;

namespace DynamicSampling.Tasks.Pipeline;

/// <summary>
/// A response body, or an <c>IResult</c>, that carries the run's statistics. The pipeline sets <see cref="Run"/> after the
/// handler has returned and before the response is written.
/// </summary>
public interface ITaskStatsCarrier
{
    /// <summary>The ended run.</summary>
    TaskRun? Run { get; set; }
}
