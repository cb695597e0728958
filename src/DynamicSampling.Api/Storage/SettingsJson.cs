using System.Text.Json;
using System.Text.Json.Serialization;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>Settings as they are stored.</summary>
internal static class SettingsJson
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static string Write<T>(T settings) => JsonSerializer.Serialize(settings, Json);

    public static (OrganizationSettings? Settings, string? Error) ReadOrganization(string? json) => Read<OrganizationSettings>(json, SettingsCheck.Of);

    public static (ProjectSettings? Settings, string? Error) ReadProject(string? json) => Read<ProjectSettings>(json, SettingsCheck.Of);

    /// <summary>Whether settings are those that are stored, in whatever writing.</summary>
    public static bool IsSame(string? stored, OrganizationSettings settings) => ReadOrganization(stored).Settings is { } known && HaveSameText(known, settings);

    /// <inheritdoc cref="IsSame(string?, OrganizationSettings)"/>
    public static bool IsSame(string? stored, ProjectSettings settings) => ReadProject(stored).Settings is { } known && HaveSameText(known, settings);

    /// <summary>Stored settings as the object that the audit log shows, also when they cannot be read.</summary>
    public static string? ToObject(string? stored)
    {
        if (stored is null)
            return null;
        try
        {
            if (JsonElement.Parse(stored).ValueKind == JsonValueKind.Object)
                return stored;
        }
        catch (JsonException)
        {
        }

        return Write(new { unreadable = stored });
    }

    // They hold lists, which are equal only to themselves.
    private static bool HaveSameText<T>(T left, T right) => string.Equals(Write(left), Write(right), StringComparison.Ordinal);

    private static (T? Settings, string? Error) Read<T>(string? json, Func<T, string?> check)
        where T : class
    {
        if (json is null)
            return (null, null);
        try
        {
            if (JsonSerializer.Deserialize<T>(json, Json) is not { } settings)
                return (null, Unreadable("they are null"));
            return check(settings) is { } problem ? (null, Unreadable(problem)) : (settings, null);
        }
        catch (JsonException exception)
        {
            return (null, Unreadable(exception.Message));
        }
    }

    private static string Unreadable(string problem) => $"The stored settings cannot be read ({problem}). Put them again.";
}
