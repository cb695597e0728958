namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>What a pass computes anew from volumes. What it does not compute stays as it is published.</summary>
[Flags]
internal enum PassParts
{
    None = 0,

    /// <summary>The organization's target.</summary>
    Target = 1,

    /// <summary>The projects' rates, from their volumes.</summary>
    Projects = 2,

    /// <summary>The transactions' rates, from their volumes.</summary>
    Transactions = 4,

    /// <summary>The recalibration factor.</summary>
    Recalibration = 8,

    All = Target | Projects | Transactions | Recalibration,
}
