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
    public static string? Of(OrganizationSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return Share(settings.TargetSampleRate, "targetSampleRate")
            ?? Share(settings.MinimumSampleRate, "minimumSampleRate")
            ?? Share(settings.Intensity, "intensity")
            ?? (settings.MonthlyBudget is { } budget && !(budget is >= 0 and <= MaxVolume) ? $"monthlyBudget must be from 0 to {MaxVolume}, but is {budget}." : null)
            ?? OfTiers(settings.Tiers)
            ?? OfPins(settings.Pins)
            ?? (Enum.IsDefined(settings.Mode) ? null : "mode must be organization or project.");
    }

    /// <inheritdoc cref="Of(OrganizationSettings)"/>
    public static string? Of(ProjectSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return Share(settings.TargetSampleRate, "targetSampleRate")
            ?? Share(settings.MinimumSampleRate, "minimumSampleRate")
            ?? Share(settings.Intensity, "intensity");
    }

    private static string? OfTiers(IReadOnlyList<VolumeTier>? tiers)
    {
        if (tiers is null)
            return null;
        if (tiers.Count == 0)
            return "tiers must not be empty: leave it out for none.";
        if (tiers.Count > MaxTiers)
            return $"tiers must be {MaxTiers} at most, but are {tiers.Count}.";
        for (var i = 0; i < tiers.Count; i++)
        {
            if (tiers[i] is not { } tier)
                return $"tiers[{i}] must be an object, such as {{\"monthlyVolume\":1000000,\"rate\":0.1}}.";
            if (!(tier.MonthlyVolume is > 0 and <= MaxVolume))
                return $"tiers[{i}].monthlyVolume must be more than 0 and at most {MaxVolume}, but is {tier.MonthlyVolume}.";
            if (i > 0 && tier.MonthlyVolume <= tiers[i - 1].MonthlyVolume)
                return $"tiers[{i}].monthlyVolume must be more than that of the tier before, {tiers[i - 1].MonthlyVolume}, but is {tier.MonthlyVolume}: tiers ascend.";
            if (Share(tier.Rate, $"tiers[{i}].rate") is { } problem)
                return problem;
        }

        return null;
    }

    private static string? OfPins(IReadOnlyList<Pin>? pins)
    {
        if (pins is null)
            return null;
        if (pins.Count > MaxPins)
            return $"pins must be {MaxPins} at most, but are {pins.Count}.";
        var seen = new HashSet<(string, string?)>();
        for (var i = 0; i < pins.Count; i++)
        {
            if (pins[i] is not { } pin)
                return $"pins[{i}] must be an object, such as {{\"project\":\"checkout\",\"transaction\":\"POST /order\",\"always\":true}}.";
            if (Names.Check(pin.Project) is { } project)
                return $"pins[{i}].project {project}.";
            if (pin.Transaction is not null && Names.Check(pin.Transaction) is { } transaction)
                return $"pins[{i}].transaction {transaction}.";
            if (pin.Always == pin.MaximumSampleRate is not null)
                return $"pins[{i}] must have either always, which is true, or maximumSampleRate.";
            if (Share(pin.MaximumSampleRate, $"pins[{i}].maximumSampleRate") is { } problem)
                return problem;
            if (!seen.Add((pin.Project, pin.Transaction)))
                return $"pins[{i}] is about the same as an earlier one: {(pin.Transaction is null ? $"project '{pin.Project}'" : $"transaction '{pin.Transaction}' of project '{pin.Project}'")}.";
        }

        return null;
    }

    private static string? Share(double? value, string member) =>
        value is null or (>= 0 and <= 1) ? null : $"{member} must be from 0 to 1, but is {value}.";
}
