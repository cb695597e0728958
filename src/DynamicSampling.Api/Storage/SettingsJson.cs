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
