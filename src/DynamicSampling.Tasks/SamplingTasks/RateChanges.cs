using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>What is new in computed rates against the published ones, and whether it is worth a publication.</summary>
internal sealed class RateChanges
{
    private RateChanges(List<ProjectRate> changed, List<string> removed, bool isWorthPublishing)
    {
        Changed = changed;
        Removed = removed;
        IsWorthPublishing = isWorthPublishing;
    }

    public List<ProjectRate> Changed { get; }

    public List<string> Removed { get; }

    public bool IsWorthPublishing { get; }

    /// <summary>Compares, and decides whether clients should hear of it.</summary>
    /// <param name="computed">The rates as computed now.</param>
    /// <param name="published">The rates as published; taken over and emptied.</param>
    /// <param name="floors">The floor as published and now.</param>
    /// <param name="threshold">By how much a served rate must move, relatively.</param>
    public static RateChanges Between(
        IReadOnlyList<ProjectRate> computed, Dictionary<string, ProjectRate> published, (double Before, double Now) floors, double threshold)
    {
        var changed = new List<ProjectRate>();
        var moved = false;
        foreach (var rate in computed)
        {
            if (!published.Remove(rate.Project, out var before))
            {
                changed.Add(rate);
                moved = true;
            }
            else if (rate != before)
            {
                changed.Add(rate);
                moved = moved || ServedRate.Moved(ServedRate.Of(before.Rate, floors.Before), ServedRate.Of(rate.Rate, floors.Now), threshold);
            }
        }

        return new(changed, [.. published.Keys], moved || published.Count > 0);
    }
}
