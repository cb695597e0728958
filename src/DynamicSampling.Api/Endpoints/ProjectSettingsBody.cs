using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Endpoints;

/// <summary>
/// Settings of a project, as they are put. Members left out follow the organization. What GET adds (organization, project, stored,
/// target, note, settingsError) may be sent back with them and is not stored.
/// </summary>
/// <param name="TargetSampleRate">The share of the project's traces to keep, 0 to 1; it counts when the organization's mode is project.</param>
/// <param name="MinimumSampleRate">No rate but 0 is served below this, 0 to 1.</param>
/// <param name="Intensity">How far transactions are balanced, 0 to 1.</param>
/// <param name="Biases">Biases to switch on or off.</param>
/// <param name="Organization">As in the path, if it is there.</param>
/// <param name="Project">As in the path, if it is there.</param>
/// <param name="Stored">Not read.</param>
/// <param name="Target">Not read.</param>
/// <param name="Note">Not read.</param>
/// <param name="SettingsError">Not read.</param>
internal sealed record ProjectSettingsBody(
    double? TargetSampleRate = null, double? MinimumSampleRate = null, double? Intensity = null, BiasSettings? Biases = null,
    string? Organization = null, string? Project = null, bool? Stored = null, TargetRate? Target = null, string? Note = null, string? SettingsError = null)
{
    /// <summary>What is wrong with it, or null.</summary>
    public string? Check(ProjectKey key) => this switch
    {
        { Organization: { } named } when !string.Equals(named, key.Organization, StringComparison.Ordinal) =>
            $"organization is '{named}', but the path is about '{key.Organization}'. Leave it out.",
        { Project: { } named } when !string.Equals(named, key.Project, StringComparison.Ordinal) =>
            $"project is '{named}', but the path is about '{key.Project}'. Leave it out.",
        _ => SettingsCheck.Of(ToSettings()),
    };

    public ProjectSettings ToSettings() => new()
    {
        TargetSampleRate = TargetSampleRate,
        MinimumSampleRate = MinimumSampleRate,
        Intensity = Intensity,
        Biases = Biases,
    };
}

/// <summary>The settings of a project as they take effect.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Project">The project's name.</param>
/// <param name="Stored">Whether it has settings of its own; otherwise all is the organization's.</param>
/// <param name="TargetSampleRate">Its own target, 0 to 1; null when it has none.</param>
/// <param name="MinimumSampleRate">No rate but 0 is served below this, 0 to 1.</param>
/// <param name="Intensity">How far transactions are balanced, 0 to 1.</param>
/// <param name="Biases">Which biases are on.</param>
/// <param name="Target">The target that counts: of the project in mode project, else of its organization.</param>
/// <param name="Note">What to know about these settings, for instance that the target is not used; null for nothing.</param>
/// <param name="SettingsError">Why the stored settings cannot be read; null when all is well.</param>
internal sealed record EffectiveProjectSettings(
    string Organization, string Project, bool Stored, double? TargetSampleRate, double MinimumSampleRate, double Intensity, BiasSettings Biases,
    TargetRate Target, string? Note, string? SettingsError)
{
    public static EffectiveProjectSettings Of(
        ProjectKey key, ProjectEntry? entry, OrganizationEntry? organization, double? monthlyVolume, SamplingOptions defaults)
    {
        var own = entry?.Settings;
        var policy = SamplingPolicy.Of(organization?.Settings, own, defaults);
        var target = TargetRate.OfProject(organization?.Settings, own, TargetRate.Of(organization?.Settings, monthlyVolume, defaults));
        var isPerProject = organization?.Settings?.Mode == SamplingMode.Project;
        return new(
            key.Organization, key.Project, own is not null, own?.TargetSampleRate,
            own?.MinimumSampleRate ?? organization?.Settings?.MinimumSampleRate ?? defaults.MinimumSampleRate, policy.Intensity,
            BiasSettings.Of(policy.Biases), target,
            own?.TargetSampleRate is not null && !isPerProject
                ? "targetSampleRate is stored but not used: the organization's mode is organization, so its projects share one target. Set the mode to project, or pin the project."
                : null,
            entry?.SettingsError);
    }
}
