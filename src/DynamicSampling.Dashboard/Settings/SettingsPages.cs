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

/// <summary>The pages of an organization's settings.</summary>
internal static class SettingsPages
{
    private const string Path = "/organizations/{org}/settings";

    // As many as a form of the most tiers and pins has, and some.
    private const int MaxFields = 6000;

    public static void MapSettingsPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet(Path, ShowAsync).WithMetadata(new DashboardEndpoint(DashboardAccess.Look));
        pages.MapPost(Path, ChangeAsync)
            .WithMetadata(new DashboardEndpoint(DashboardAccess.Change))
            .WithFormOptions(valueCountLimit: MaxFields, keyLengthLimit: 100, valueLengthLimit: 1000);
    }

    private static async Task<IResult> ShowAsync(HttpContext http, PathName org, ISettingsEditor editor, string? done, CancellationToken cancellationToken)
    {
        var view = await editor.ReadAsync(org.Value, cancellationToken);
        return Show(http, new(view, SettingsForm.Of(view.Stored)) { Done = DoneText.Of(done) });
    }

    private static async Task<IResult> ChangeAsync(
        HttpContext http, PathName org, IFormCollection posted, ISettingsEditor editor, ISettingsPreview preview, CancellationToken cancellationToken)
    {
        var form = FormValues.Of(posted);
        if (form["action"] == "reset")
            return await ResetAsync(http, org.Value, form, editor, cancellationToken);
        var settings = SettingsForm.Read(form);
        if (form.Problems.Count > 0)
            return Show(http, new(await ViewAsync(), form), StatusCodes.Status400BadRequest);
        if (form["action"] != "save")
        {
            var effect = await preview.ComputeAsync(new(org.Value) { Settings = settings }, cancellationToken);
            return Show(http, new(await ViewAsync(), form) { Effect = effect });
        }

        var result = await editor.SaveAsync(http, org.Value, settings, form["version"], cancellationToken);
        return result.Kind switch
        {
            SaveKind.Done => SeeOther.To(PageFrame.Of(http, Section.Settings).Links.Settings(org.Value) + "?done=" + DoneText.Saved),
            SaveKind.Stale => await StaleAsync(http, org.Value, form, editor, cancellationToken),
            _ => Show(http, new(await ViewAsync(), form) { Refused = result.Problem }, StatusCodes.Status400BadRequest),
        };

        // What was typed is a change of the version that the form was made of, whatever is stored by now.
        async Task<SettingsView> ViewAsync() => await editor.ReadAsync(org.Value, cancellationToken) with { Version = form["version"] };
    }

    private static async Task<IResult> ResetAsync(HttpContext http, string organization, FormValues form, ISettingsEditor editor, CancellationToken cancellationToken)
    {
        if (form["confirm"] == "yes")
        {
            var result = await editor.SaveAsync(http, organization, settings: null, form["version"], cancellationToken);
            if (result.Kind == SaveKind.Done)
                return SeeOther.To(PageFrame.Of(http, Section.Settings).Links.Settings(organization) + "?done=" + DoneText.Dropped);
        }

        var view = await editor.ReadAsync(organization, cancellationToken);
        return form["confirm"] != "yes"
            ? Show(http, new(view, SettingsForm.Of(view.Stored)) { Refused = DoneText.Unconfirmed }, StatusCodes.Status400BadRequest)
            : Show(http, new(view, SettingsForm.Of(view.Stored)) { Refused = DoneText.StaleDrop }, StatusCodes.Status412PreconditionFailed);
    }

    // The form is one of the version that is stored now: whoever sends it again has seen that.
    private static async Task<IResult> StaleAsync(HttpContext http, string organization, FormValues form, ISettingsEditor editor, CancellationToken cancellationToken)
    {
        var view = await editor.ReadAsync(organization, cancellationToken);
        var theirs = FieldDifference.Of(SettingsForm.Of(view.Stored), form, SettingsForm.IsMember);
        return Show(http, new(view, form) { Theirs = theirs }, StatusCodes.Status412PreconditionFailed);
    }

    private static RazorComponentResult<SettingsPage> Show(HttpContext http, SettingsModel<SettingsView> model, int status = StatusCodes.Status200OK) =>
        PageResults.Show<SettingsPage, SettingsModel<SettingsView>>(PageFrame.Of(http, Section.Settings, model.View.Organization), model, status);
}
