namespace DynamicSampling.Api.CommandLine.Doctor;

/// <summary>Keys that no setting has: the service starts with them, and does not do what somebody wanted.</summary>
internal sealed class UnknownSettingsCheck(IConfiguration configuration) : IDoctorCheck
{
    /// <summary>Of the letters of a key in one of our sections, which can hardly be meant for anybody else.</summary>
    private const double Ours = 0.4;

    /// <summary>Of the letters of a key of somebody else, perhaps.</summary>
    private const double Others = 0.25;

    public string Name => "settings";

    public Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        var findings = configuration.AsEnumerable()
            .Where(setting => setting.Value is not null && setting.Key.Contains(':', StringComparison.Ordinal) && !KnownSettings.Contains(setting.Key))
            .OrderBy(setting => setting.Key, StringComparer.OrdinalIgnoreCase)
            .Select(setting => Describe(setting.Key))
            .OfType<string>()
            .Select(Finding.Warning)
            .ToList();
        if (findings.Count == 0)
            findings.Add(Finding.Ok("Every key is known."));
        return Task.FromResult<IReadOnlyList<Finding>>(findings);
    }

    // Never the value: it may be a secret.
    private static string? Describe(string key)
    {
        var section = KnownSettings.Section(key);
        var isOurs = KnownSettings.Sections.Contains(section) && !KnownSettings.SharedSections.Contains(section);
        if (Similar.Find(key, KnownSettings.Keys, isOurs ? Ours : Others) is { } meant)
            return $"{key} is no setting, and does nothing. Did you mean {meant}?";
        return isOurs ? $"{key} is no setting, and does nothing. Take it out, or look its name up in docs/settings.md." : null;
    }
}
