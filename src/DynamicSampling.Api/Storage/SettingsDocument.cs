using System.Text.Json.Serialization;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Api.Storage;

/// <summary>All settings and custom rules as one document, to be kept under version control.</summary>
/// <param name="Version">The format's version: 1.</param>
/// <param name="Organizations">Every organization that has settings, configured projects or active custom rules.</param>
internal sealed record SettingsDocument(int Version, IReadOnlyList<OrganizationDocument> Organizations)
{
    public const int CurrentVersion = 1;

    /// <summary>What is wrong with it, or null; the message begins with the place.</summary>
    public string? Check(DateTimeOffset now)
    {
        if (Version != CurrentVersion)
            return $"version must be {CurrentVersion}, but is {Version}.";
        if (Organizations is null)
            return "organizations is missing.";
        var names = new HashSet<string>(StringComparer.Ordinal);
        var rules = new HashSet<Guid>();
        for (var i = 0; i < Organizations.Count; i++)
        {
            var place = $"organizations[{i}]";
            if (Organizations[i] is not { } organization)
                return $"{place} must be an object.";
            if (organization.Check(place, rules, now) is { } problem)
                return problem;
            if (!names.Add(organization.Organization))
                return $"{place}.organization '{organization.Organization}' comes twice.";
        }

        return null;
    }
}

/// <summary>An organization in the document.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Settings">Its settings; null when it has none of its own.</param>
/// <param name="Projects">Its projects that have settings of their own.</param>
/// <param name="CustomRules">Its active custom rules.</param>
internal sealed record OrganizationDocument(
    string Organization, OrganizationSettings? Settings = null, IReadOnlyList<ProjectDocument>? Projects = null,
    IReadOnlyList<CustomRuleDocument>? CustomRules = null)
{
    /// <summary>What is wrong with it, or null.</summary>
    /// <param name="place">Where it is in the document.</param>
    /// <param name="rules">The ids of custom rules so far.</param>
    /// <param name="now">The instant.</param>
    public string? Check(string place, HashSet<Guid> rules, DateTimeOffset now)
    {
        if (Names.Check(Organization) is { } name)
            return $"{place}.organization {name}.";
        if (Settings is not null && SettingsCheck.Of(Settings) is { } settings)
            return $"{place}.settings.{settings}";
        var projects = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < (Projects?.Count ?? 0); i++)
        {
            if (Projects![i]?.Check($"{place}.projects[{i}]") is { } problem)
                return problem;
            if (Projects[i] is null || !projects.Add(Projects[i].Project))
                return $"{place}.projects[{i}] must be an object, about a project that comes once.";
        }

        if (CustomRules?.Count > CustomRule.MaxActive)
            return $"{place}.customRules must be {CustomRule.MaxActive} at most, but are {CustomRules.Count}.";
        for (var i = 0; i < (CustomRules?.Count ?? 0); i++)
        {
            if (CustomRules![i]?.Check($"{place}.customRules[{i}]", now) is { } problem)
                return problem;
            if (CustomRules[i] is null || (CustomRules[i].Id is { } id && !rules.Add(id)))
                return $"{place}.customRules[{i}] must be an object, with an id that comes once.";
        }

        return null;
    }
}

/// <summary>A project in the document.</summary>
/// <param name="Project">The project's name.</param>
/// <param name="Settings">Its settings.</param>
internal sealed record ProjectDocument(string Project, ProjectSettings Settings)
{
    public string? Check(string place) =>
        Names.Check(Project) is { } name ? $"{place}.project {name}."
        : Settings is null ? $"{place}.settings is missing."
        : SettingsCheck.Of(Settings) is { } settings ? $"{place}.settings.{settings}"
        : null;
}

/// <summary>A custom rule in the document. One that has expired by the time of the import is left out.</summary>
/// <param name="Condition">Which traces it is for.</param>
/// <param name="Samples">How many are wanted.</param>
/// <param name="Start">From when it holds.</param>
/// <param name="End">Until when it holds.</param>
/// <param name="Id">Names it; a rule without one is new.</param>
/// <param name="Project">The project; null for all of the organization's.</param>
/// <param name="Description">What it is for.</param>
internal sealed record CustomRuleDocument(
    RuleCondition Condition,
    long? Samples,
    [property: JsonConverter(typeof(RuleTimeJsonConverter))] DateTimeOffset? Start,
    [property: JsonConverter(typeof(RuleTimeJsonConverter))] DateTimeOffset? End,
    Guid? Id = null,
    string? Project = null,
    string? Description = null)
{
    public static CustomRuleDocument Of(CustomRule rule) =>
        new(rule.Condition, rule.Samples, rule.Start, rule.End, rule.Id, rule.Project, rule.Description);

    public string? Check(string place, DateTimeOffset now) =>
        Start is not { } start ? $"{place}.start is missing: say from when the rule holds."
        : CustomRuleCheck.Of(Condition, Samples, start, End, Project, Description, now) is { } problem ? $"{place}.{problem}"
        : null;

    public CustomRule ToRule(string organization, CustomRule? known, DateTimeOffset now) =>
        new(Id ?? Guid.CreateVersion7(now), organization, Project, known?.Number ?? 0, Condition, Samples!.Value, Start!.Value, End!.Value)
        {
            Description = Description,
            CreatedAt = known?.CreatedAt ?? now,
        };
}
