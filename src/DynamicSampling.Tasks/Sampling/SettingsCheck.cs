using DynamicSampling.Tasks.Models;

namespace DynamicSampling.Tasks.Sampling;

/// <summary>What is wrong with settings. It holds for settings that are put as well as for stored ones.</summary>
public static class SettingsCheck
{
    /// <summary>The most tiers of an organization.</summary>
    public const int MaxTiers = 100;

    /// <summary>The most pins of an organization.</summary>
    public const int MaxPins = 1000;

    /// <summary>The largest volume, in traces a month.</summary>
    public const double MaxVolume = 1e15;

    /// <summary>The first problem, as a sentence that begins with the member; null when all is well.</summary>
    public static string? Of(OrganizationSettings settings) => Problems(settings).FirstOrDefault()?.ToString();

    /// <inheritdoc cref="Of(OrganizationSettings)"/>
    public static string? Of(ProjectSettings settings) => Problems(settings).FirstOrDefault()?.ToString();

    /// <summary>All problems.</summary>
    public static IEnumerable<MemberProblem> Problems(OrganizationSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return Shares(settings.TargetSampleRate, settings.MinimumSampleRate, settings.Intensity)
            .Concat(OfBudget(settings.MonthlyBudget))
            .Concat(OfTiers(settings.Tiers))
            .Concat(OfPins(settings.Pins))
            .Concat(Enum.IsDefined(settings.Mode) ? [] : [new MemberProblem("mode", "must be organization or project.")]);
    }

    /// <inheritdoc cref="Problems(OrganizationSettings)"/>
    public static IEnumerable<MemberProblem> Problems(ProjectSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return Shares(settings.TargetSampleRate, settings.MinimumSampleRate, settings.Intensity);
    }

    private static IEnumerable<MemberProblem> Shares(double? target, double? minimum, double? intensity) =>
        Share(target, "targetSampleRate").Concat(Share(minimum, "minimumSampleRate")).Concat(Share(intensity, "intensity"));

    private static IEnumerable<MemberProblem> OfBudget(double? budget)
    {
        if (budget is { } traces && !(traces is >= 0 and <= MaxVolume))
            yield return new("monthlyBudget", Text($"must be from 0 to {MaxVolume}, but is {traces}."));
    }

    private static IEnumerable<MemberProblem> OfTiers(IReadOnlyList<VolumeTier>? tiers)
    {
        if (tiers is null)
            yield break;
        if (tiers.Count == 0)
            yield return new("tiers", "must not be empty: leave it out for none.");
        if (tiers.Count > MaxTiers)
        {
            yield return new("tiers", Text($"must be {MaxTiers} at most, but are {tiers.Count}."));
            yield break;
        }

        for (var i = 0; i < tiers.Count; i++)
        {
            if (tiers[i] is not { } tier)
            {
                yield return new($"tiers[{i}]", "must be an object, such as {\"monthlyVolume\":1000000,\"rate\":0.1}.");
                continue;
            }

            if (!(tier.MonthlyVolume is > 0 and <= MaxVolume))
                yield return new($"tiers[{i}].monthlyVolume", Text($"must be more than 0 and at most {MaxVolume}, but is {tier.MonthlyVolume}."));
            else if (i > 0 && tiers[i - 1] is { } last && tier.MonthlyVolume <= last.MonthlyVolume)
                yield return new($"tiers[{i}].monthlyVolume", Text($"must be more than that of the tier before, {last.MonthlyVolume}, but is {tier.MonthlyVolume}: tiers ascend."));
            foreach (var problem in Share(tier.Rate, $"tiers[{i}].rate"))
                yield return problem;
        }
    }

    private static IEnumerable<MemberProblem> OfPins(IReadOnlyList<Pin>? pins)
    {
        if (pins is null)
            yield break;
        if (pins.Count > MaxPins)
        {
            yield return new("pins", Text($"must be {MaxPins} at most, but are {pins.Count}."));
            yield break;
        }

        var seen = new HashSet<(string, string?)>();
        for (var i = 0; i < pins.Count; i++)
        {
            if (pins[i] is not { } pin)
            {
                yield return new($"pins[{i}]", "must be an object, such as {\"project\":\"checkout\",\"transaction\":\"POST /order\",\"always\":true}.");
                continue;
            }

            var badProject = Names.Check(pin.Project);
            if (badProject is not null)
                yield return new($"pins[{i}].project", $"{badProject}.");
            if (pin.Transaction is not null && Names.Check(pin.Transaction) is { } badTransaction)
                yield return new($"pins[{i}].transaction", $"{badTransaction}.");
            if (pin.Always == pin.MaximumSampleRate is not null)
                yield return new($"pins[{i}]", "must have either always, which is true, or maximumSampleRate.");
            foreach (var problem in Share(pin.MaximumSampleRate, $"pins[{i}].maximumSampleRate"))
                yield return problem;
            if (badProject is null && !seen.Add((pin.Project, pin.Transaction)))
                yield return new($"pins[{i}]", $"is about the same as an earlier one: {(pin.Transaction is null ? $"project '{pin.Project}'" : $"transaction '{pin.Transaction}' of project '{pin.Project}'")}.");
        }
    }

    private static IEnumerable<MemberProblem> Share(double? value, string member)
    {
        if (value is { } share && !(share is >= 0 and <= 1))
            yield return new(member, Text($"must be from 0 to 1, but is {share}.")) { Share = share };
    }

    // Wherever the process runs.
    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
