namespace DynamicSampling.Api.Storage;

/// <summary>There are as many names as there may be; nothing was changed.</summary>
internal sealed class NoRoomException(string message) : Exception(message)
{
    public static NoRoomException OfOrganization(string organization, int limit) =>
        new($"There is no room for organization '{organization}': there are {limit} organizations, the value of Limits:MaxOrganizations. Nothing was changed.");

    public static NoRoomException OfProject(string organization, string project, int limit) => new(
        $"There is no room for project '{project}': organization '{organization}' has {limit} projects, the value of Limits:MaxProjectsPerOrganization. Nothing was changed.");
}
