using DynamicSampling.Dashboard.Forms;
using DynamicSampling.Dashboard.Layout;
using DynamicSampling.Dashboard.Routing;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.SamplingTasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace DynamicSampling.Dashboard.Settings;

/// <summary>The pages of a project's settings.</summary>
internal static class ProjectSettingsPages
{
    private const string Path = "/organizations/{org}/services/{project}/settings";
    private const int MaxFields = 50;

    public static void MapProjectSettingsPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet(Path, ShowAsync).WithMetadata(new DashboardEndpoint(DashboardAccess.Look));
        pages.MapPost(Path, ChangeAsync)
            .WithMetadata(new DashboardEndpoint(DashboardAccess.Change))
            .WithFormOptions(valueCountLimit: MaxFields, keyLengthLimit: 100, valueLengthLimit: 1000);
    }

    private static async Task<IResult> ShowAsync(
        HttpContext http, PathName org, PathName project, ISettingsEditor editor, string? done, CancellationToken cancellationToken)
    {
        var view = await editor.ReadAsync(new ProjectKey(org.Value, project.Value), cancellationToken);
        return Show(http, new(view, ProjectSettingsForm.Of(view.Stored)) { Done = DoneText.Of(done) });
    }

    private static async Task<IResult> ChangeAsync(
        HttpContext http, PathName org, PathName project, IFormCollection posted, ISettingsEditor editor, ISettingsPreview preview, CancellationToken cancellationToken)
    {
        var key = new ProjectKey(org.Value, project.Value);
        var form = FormValues.Of(posted);
        if (form["action"] == "reset")
            return await ResetAsync(http, key, form, editor, cancellationToken);
        var settings = ProjectSettingsForm.Read(form);
        if (form.Problems.Count > 0)
            return Show(http, new(await ViewAsync(), form), StatusCodes.Status400BadRequest);
        if (form["action"] != "save")
        {
            var effect = await preview.ComputeAsync(new(key.Organization) { Project = key.Project, ProjectSettings = settings }, cancellationToken);
            return Show(http, new(await ViewAsync(), form) { Effect = effect });
        }

        var result = await editor.SaveAsync(http, key, settings, form["version"], cancellationToken);
        return result.Kind switch
        {
            SaveKind.Done => SeeOther.To(LinkOf(http, key) + "?done=" + DoneText.Saved),
            SaveKind.Stale => await StaleAsync(http, key, form, editor, cancellationToken),
            _ => Show(http, new(await ViewAsync(), form) { Refused = result.Problem }, StatusCodes.Status400BadRequest),
        };

        async Task<ProjectSettingsView> ViewAsync() => await editor.ReadAsync(key, cancellationToken) with { Version = form["version"] };
    }

    private static async Task<IResult> ResetAsync(HttpContext http, ProjectKey key, FormValues form, ISettingsEditor editor, CancellationToken cancellationToken)
    {
        if (form["confirm"] == "yes")
        {
            var result = await editor.SaveAsync(http, key, settings: null, form["version"], cancellationToken);
            if (result.Kind == SaveKind.Done)
                return SeeOther.To(LinkOf(http, key) + "?done=" + DoneText.Dropped);
        }

        var view = await editor.ReadAsync(key, cancellationToken);
        return form["confirm"] != "yes"
            ? Show(http, new(view, ProjectSettingsForm.Of(view.Stored)) { Refused = DoneText.Unconfirmed }, StatusCodes.Status400BadRequest)
            : Show(http, new(view, ProjectSettingsForm.Of(view.Stored)) { Refused = DoneText.StaleDrop }, StatusCodes.Status412PreconditionFailed);
    }

    private static async Task<IResult> StaleAsync(HttpContext http, ProjectKey key, FormValues form, ISettingsEditor editor, CancellationToken cancellationToken)
    {
        var view = await editor.ReadAsync(key, cancellationToken);
        var theirs = FieldDifference.Of(ProjectSettingsForm.Of(view.Stored), form, SettingsForm.IsMember);
        return Show(http, new(view, form) { Theirs = theirs }, StatusCodes.Status412PreconditionFailed);
    }

    private static string LinkOf(HttpContext http, ProjectKey key) =>
        PageFrame.Of(http, Section.Services).Links.ProjectSettings(key.Organization, key.Project);

    private static RazorComponentResult<ProjectSettingsPage> Show(HttpContext http, SettingsModel<ProjectSettingsView> model, int status = StatusCodes.Status200OK) =>
        PageResults.Show<ProjectSettingsPage, SettingsModel<ProjectSettingsView>>(PageFrame.Of(http, Section.Services, model.View.Key.Organization), model, status);
}
