namespace DynamicSampling.Tasks.Pipeline;

/// <summary>A handler's parameter that says what the run is to be. The pipeline finds it by this interface.</summary>
public interface ITaskRunRequest
{
    /// <summary>The organization the run is about; null for all of them, or where there are none.</summary>
    string? Organization => null;

    /// <summary>A smaller time budget, in seconds, more than 0. A larger one than the endpoint's is cut to that.</summary>
    double? MaxSeconds => null;
}
