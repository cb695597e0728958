namespace DynamicSampling.Api.Ingest.Otlp.Metrics;

/// <summary>Why a data point is not counted.</summary>
internal enum PointProblem
{
    /// <summary>It belongs to another kind of metric than the name says, such as a gauge.</summary>
    Kind,

    /// <summary>Neither delta nor cumulative.</summary>
    Temporality,

    /// <summary>A sum that may fall.</summary>
    NotMonotonic,

    /// <summary>Negative, no number, or more than anybody has.</summary>
    Count,

    /// <summary>Not known, too old, in the future, or before its start.</summary>
    Time,

    /// <summary>A cumulative count that is less than it was.</summary>
    Backwards,

    /// <summary>A delta that comes after a newer one of its series, so that nobody can tell whether it was counted.</summary>
    OutOfOrder,

    /// <summary>There are too many series.</summary>
    NoRoom,
}
