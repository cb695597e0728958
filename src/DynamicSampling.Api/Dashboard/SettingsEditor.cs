using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Endpoints;
using DynamicSampling.Api.Storage;
using DynamicSampling.Dashboard.Settings;
using DynamicSampling.Tasks.Sampling;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Dashboard;

/// <summary>Settings for the dashboard: the same as <c>GET</c>, <c>PUT</c> and <c>DELETE</c> of organizations and projects, with their ETags as versions.</summary>
internal sealed class SettingsEditor(
    SqlOrganizationStore organizations, SqlProjectStore projects, SqlRateStore rates, RecentChanges changes, IOptions<SamplingOptions> defaults,
    IOptions<SchedulingOptions> scheduling, TimeProvider clock) : ISettingsEditor
{
    private const int ProposedProjects = 200;

    public async Task<SettingsView> ReadAsync(string organization, CancellationToken cancellationToken)
    {
        var entry = await organizations.FindAsync(organization, cancellationToken);
        var published = await rates.FindAsync(organization, cancellationToken);
        // Of their volumes nothing is shown, so those of the running minute do.
        var known = await projects.ListWithVolumesAsync(organization, MinuteWindow.Ending(clock.GetUtcNow(), 1), after: null, ProposedProjects, cancellationToken);
        return ViewOf(organization, entry, published) with
        {
            Projects = [.. known.Select(project => project.Project.Key.Project)],
            Changes = await changes.ListAsync(organization, cancellationToken),
        };
    }

    public async Task<SaveResult> SaveAsync(
        HttpContext http, string organization, OrganizationSettings? settings, string version, CancellationToken cancellationToken)
    {
        var actor = Caller.NameOf(http);
        return await TryAsync(() => settings is null
            ? organizations.DeleteAsync(organization, withData: false, actor, IsExpected, cancellationToken)
            : organizations.SaveSettingsAsync(organization, settings, actor, IsExpected, cancellationToken));

        bool IsExpected(OrganizationEntry? entry) => string.Equals(VersionOf(entry?.Settings), version, StringComparison.Ordinal);
    }

    public async Task<ProjectSettingsView> ReadAsync(ProjectKey project, CancellationToken cancellationToken)
    {
        var entry = await projects.FindAsync(project, cancellationToken);
        var organization = await organizations.FindAsync(project.Organization, cancellationToken);
        var published = await rates.FindAsync(project.Organization, cancellationToken);
        var effective = EffectiveProjectSettings.Of(project, entry, organization, published?.Target.MonthlyVolume, defaults.Value);
        return new(
            project, entry?.Settings, VersionOf(entry?.Settings), entry?.SettingsError, effective.Target, ViewOf(project.Organization, organization, published))
        {
            Note = effective.Note,
        };
    }

    public async Task<SaveResult> SaveAsync(HttpContext http, ProjectKey project, ProjectSettings? settings, string version, CancellationToken cancellationToken)
    {
        var actor = Caller.NameOf(http);
        return await TryAsync(() => settings is null
            ? projects.DeleteAsync(project, withData: false, actor, IsExpected, cancellationToken)
            : projects.SaveSettingsAsync(project, settings, actor, IsExpected, cancellationToken));

        bool IsExpected(ProjectEntry? entry) => string.Equals(VersionOf(entry?.Settings), version, StringComparison.Ordinal);
    }

    private static async Task<SaveResult> TryAsync(Func<Task<bool>> save)
    {
        try
        {
            return await save() ? SaveResult.Done : SaveResult.Stale;
        }
        catch (NoRoomException exception)
        {
            return new(SaveKind.Refused, exception.Message);
        }
    }

    private static string VersionOf<T>(T? settings)
        where T : class => SettingsVersion.Of(settings)?.Tag.ToString() ?? "";

    private SettingsView ViewOf(string organization, OrganizationEntry? entry, OrganizationRates? published)
    {
        var effective = EffectiveSettings.Of(organization, entry, published?.Target.MonthlyVolume, defaults.Value);
        return new(organization, entry?.Settings, VersionOf(entry?.Settings), effective.SettingsError, effective.Target, defaults.Value)
        {
            Pin = published?.PinAt(clock.GetUtcNow()),
            Cycle = scheduling.Value.Enabled ? scheduling.Value.Cycle : null,
        };
    }
}
