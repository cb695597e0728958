namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>How much a pass takes at a time. Small pages keep memory flat and let a cancellation through.</summary>
internal static class PassLimits
{
    public const int OrganizationsPerQuery = 100;

    public const int RowsPerPage = 1000;

    /// <summary>The window of the projects model, in minutes.</summary>
    public const int WindowMinutes = 60;

    /// <summary>How many organizations a result names of each kind; the rest is only counted.</summary>
    public const int NamesInResult = 100;
}
