using System.Runtime.InteropServices;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>What a project was served from an instant on.</summary>
/// <param name="At">The instant.</param>
/// <param name="Rate">0 to 1.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RateStep(DateTimeOffset At, double Rate)
{
    private static readonly TimeSpan Resolution = TimeSpan.FromMinutes(5);

    /// <summary>Steps from an instant on, of those within the same five minutes the last: there may be one a minute.</summary>
    public static IReadOnlyList<RateStep> Thin(IReadOnlyList<RateStep> steps, DateTimeOffset start) =>
    [
        .. steps.Select(step => step.At < start ? step with { At = start } : step)
            .GroupBy(step => (step.At - start).Ticks / Resolution.Ticks).Select(group => group.Last()),
    ];

    /// <summary>The steps of versions, each different from the one before.</summary>
    /// <param name="versions">The versions, oldest first.</param>
    /// <param name="rates">The project's rates under them, oldest first.</param>
    /// <param name="now">What would be later has not happened.</param>
    public static List<RateStep> Of(IReadOnlyList<OrganizationRates> versions, IReadOnlyList<PublishedProject> rates, DateTimeOffset now)
    {
        var steps = new List<RateStep>();
        var next = 0;
        for (var i = 0; i < versions.Count; i++)
        {
            var version = versions[i];
            while (next < rates.Count && rates[next].EndVersion <= version.Version)
                next++;
            var rate = next < rates.Count && rates[next].FirstVersion <= version.Version ? rates[next].Rate : null;
            Add(version.ComputedAt);
            // Without another version, the factor may have expired.
            var end = i + 1 < versions.Count ? versions[i + 1].ComputedAt : now;
            if (version.Recalibration.Until is { } until && until > version.ComputedAt && until < end)
                Add(until);

            void Add(DateTimeOffset at)
            {
                var served = rate is null ? ServedRate.OfTarget(version.Target.Rate, version.Floor) : ServedRate.OfProject(rate, version.FactorOf(rate, at));
                if (steps.Count == 0 || steps[^1].Rate != served)
                    steps.Add(new(at, served));
            }
        }

        return steps;
    }
}
