namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>Puts organizations together into batches that are read with one query.</summary>
internal static class OrganizationBatches
{
    /// <summary>Splits a page. A batch closes with the organization with which it reaches a limit, so a large one is never cut.</summary>
    /// <param name="organizations">The organizations, in order.</param>
    /// <param name="projectsOf">How many projects one has.</param>
    /// <param name="maxOrganizations">How many organizations a batch has at most.</param>
    /// <param name="maxProjects">At how many projects a batch closes.</param>
    public static IEnumerable<IReadOnlyList<T>> Split<T>(
        IEnumerable<T> organizations, Func<T, long> projectsOf, int maxOrganizations, long maxProjects)
    {
        var batch = new List<T>();
        long projects = 0;
        foreach (var organization in organizations)
        {
            batch.Add(organization);
            projects += projectsOf(organization);
            if (batch.Count < maxOrganizations && projects < maxProjects)
                continue;
            yield return batch;
            batch = [];
            projects = 0;
        }

        if (batch.Count > 0)
            yield return batch;
    }
}
