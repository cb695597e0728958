using System.Text.Json.Serialization;

namespace DynamicSampling.Tasks.Runtime;

/// <summary>What one function of a run had done at one instant.</summary>
public sealed record FunctionSnapshot
{
    /// <summary>Rows handled.</summary>
    public long NumRowsTotal { get; init; }

    /// <summary>Database calls made.</summary>
    public long NumDbCalls { get; init; }

    /// <summary>Pages, batches or items gone through.</summary>
    public long NumIterations { get; init; }

    /// <summary>Projects handled.</summary>
    public long NumProjects { get; init; }

    /// <summary>Organizations handled.</summary>
    public long NumOrgs { get; init; }

    /// <summary>Wall time during which at least one call was under way, in seconds.</summary>
    public double ExecutionTime { get; init; }

    /// <summary>How many calls were started.</summary>
    public long Calls { get; init; }

    /// <summary>The longest call that has ended, in seconds.</summary>
    public double MaxExecutionTime { get; init; }

    /// <summary>When the first call started, in seconds from the run's start.</summary>
    public double FirstStart { get; init; }

    /// <summary>When the last call ended, or now while one is under way, in seconds from the run's start.</summary>
    public double LastEnd { get; init; }

    /// <summary>The function's own counters; absent when it has none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, long>? Counters { get; init; }
}
