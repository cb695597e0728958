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

    public string RunsOf(string organization) => $"{Runs}?organization={Encode(organization)}";

    public string Run(Guid id) => $"{Runs}/{id:D}";

    public string CancelRun(Guid id) => Run(id) + "/cancel";

    public string Task(string task) => $"{Tasks}/{Encode(task)}";

    /// <summary>An asset, by a name that changes with its content.</summary>
    public string Asset(Assets.Asset asset) => $"{Base}/assets/{asset.FileName}";

    private static string Encode(string name) => Uri.EscapeDataString(name);
}
