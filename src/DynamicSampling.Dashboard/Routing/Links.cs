using Microsoft.AspNetCore.Http.Extensions;

namespace DynamicSampling.Dashboard.Routing;

/// <summary>Where the pages are. Names are percent-encoded once.</summary>
/// <param name="Base">The path that the service is mounted at; empty for the root.</param>
public sealed record Links(string Base)
{
    public string Overview => Base + "/";

    public string Runs => Base + "/runs";

    public string Tasks => Base + "/tasks";

    public string Cluster => Base + "/cluster";

    public string SignIn => Base + "/sign-in";

    /// <summary>A page of the overview.</summary>
    /// <param name="search">A part of the organizations' names; empty for all.</param>
    /// <param name="after">The last name of the page before; null for the first page.</param>
    public string OrganizationsAfter(string search, string? after)
    {
        string[] query = [.. search.Length == 0 ? (string[])[] : [$"q={Encode(search)}"], .. after is null ? (string[])[] : [$"after={Encode(after)}"]];
        return query.Length == 0 ? Overview : $"{Overview}?{string.Join('&', query)}";
    }

    public string Organization(string organization) => $"{Base}/organizations/{Encode(organization)}";

    public string Services(string organization) => Organization(organization) + "/services";

    public string Project(string organization, string project) => $"{Services(organization)}/{Encode(project)}";

    public string Settings(string organization) => Organization(organization) + "/settings";

    public string RateVersions(string organization) => Settings(organization) + "/rates";

    public string RollBack(string organization) => RateVersions(organization) + "/roll-back";

    public string Unpin(string organization) => RateVersions(organization) + "/unpin";

    public string ProjectSettings(string organization, string project) => Project(organization, project) + "/settings";

    public string CustomRules(string organization) => Organization(organization) + "/custom-rules";

    public string NewCustomRule(string organization) => CustomRules(organization) + "/new";

    public string CustomRule(string organization, Guid id) => $"{CustomRules(organization)}/{id:D}";

    public string ExtendCustomRule(string organization, Guid id) => CustomRule(organization, id) + "/extend";

    public string DeleteCustomRule(string organization, Guid id) => CustomRule(organization, id) + "/delete";

    public string Clients(string organization) => Organization(organization) + "/clients";

    /// <summary>The processes of a service whose samplers report.</summary>
    public string Instances(string organization, string service) => $"{Clients(organization)}/{Encode(service)}";

    /// <summary>The rules of a project, as the HTTP API gives them.</summary>
    public string RulesDocument(string organization, string project) => $"{Base}/api/organizations/{Encode(organization)}/projects/{Encode(project)}/rules";

    public string RunsOf(string organization) => $"{Runs}?organization={Encode(organization)}";

    public string Run(Guid id) => $"{Runs}/{id:D}";

    public string CancelRun(Guid id) => Run(id) + "/cancel";

    /// <summary>The run's part of its page, whenever it changes.</summary>
    public string LiveRun(Guid id) => Run(id) + "/live";

    /// <summary>The run for programs.</summary>
    public string RunJson(Guid id) => $"{Base}/api/runs/{id:D}";

    public string RunsLike(Dashboard.Runs.RunFilter filter) => Runs + new QueryBuilder(
        new (string Name, string? Value)[]
        {
            ("task", filter.Task), ("status", filter.Status), ("organization", filter.Organization), ("since", filter.Since), ("cursor", filter.Cursor),
        }
        .Where(parameter => parameter.Value is not null).Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Value!))).ToQueryString();

    public string Task(string task) => $"{Tasks}/{Encode(task)}";

    /// <summary>An asset, by a name that changes with its content.</summary>
    public string Asset(Assets.Asset asset) => $"{Base}/assets/{asset.FileName}";

    private static string Encode(string name) => Uri.EscapeDataString(name);
}
