namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>How much a pass takes at a time. Small pages keep memory flat and let a cancellation through.</summary>
internal static class PassLimits
{
    public const int OrganizationsPerQuery = 100;

    /// <summary>A batch of organizations closes when their projects reach this.</summary>
    public const int ProjectsPerBatch = 5000;

    public const int RowsPerPage = 1000;

    /// <summary>The window of the projects and transactions models, in minutes.</summary>
    public const int WindowMinutes = 60;

    /// <summary>The window of the recalibration, in minutes.</summary>
    public const int RecalibrationMinutes = 5;

    /// <summary>The window of tiers and budgets, in minutes.</summary>
    public const int TargetMinutes = 24 * 60;

    /// <summary>How many organizations, or changes, a result names of each kind; the rest is only counted.</summary>
    public const int NamesInResult = 100;

    /// <summary>How long one organization may take in a pass over several.</summary>
    public static readonly TimeSpan OrganizationBudget = TimeSpan.FromSeconds(120);
}
