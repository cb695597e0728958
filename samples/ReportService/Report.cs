using DynamicSampling.Tasks.Pipeline;
using DynamicSampling.Tasks.Runs;

namespace ReportService;

/// <summary>What to report on; a client in a hurry asks for less time than the endpoint allows.</summary>
public sealed record ReportRequest(string? Region = null, double? MaxSeconds = null) : ITaskRunRequest;

/// <summary>The report, and how it came about.</summary>
public sealed record Report(int Orders, decimal Revenue, IReadOnlyList<RegionTotal> Regions) : ITaskStatsCarrier
{
    public TaskRun? Run { get; set; }
}

/// <summary>What one region sold.</summary>
public sealed record RegionTotal(string Region, int Orders, decimal Revenue);
