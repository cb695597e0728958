using System.Globalization;
using DynamicSampling.Dashboard.Forms;
using DynamicSampling.Dashboard.Layout;
using DynamicSampling.Dashboard.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace DynamicSampling.Dashboard.Settings;

/// <summary>The page of earlier rates.</summary>
internal static class RateVersionsPages
{
    private const int PageSize = 50;
    private const int MaxFields = 10;

    public static void MapRateVersionsPages(this IEndpointRouteBuilder pages)
    {
        var rates = pages.MapGroup("/organizations/{org}/settings/rates");
        rates.MapGet("", ShowAsync).WithMetadata(new DashboardEndpoint(DashboardAccess.Look));
        rates.MapPost("/roll-back", RollBackAsync)
            .WithMetadata(new DashboardEndpoint(DashboardAccess.Change))
            .WithFormOptions(valueCountLimit: MaxFields, keyLengthLimit: 100, valueLengthLimit: 1000);
        rates.MapPost("/unpin", UnpinAsync)
            .WithMetadata(new DashboardEndpoint(DashboardAccess.Change))
            .WithFormOptions(valueCountLimit: MaxFields, keyLengthLimit: 100, valueLengthLimit: 1000);
    }

    private static async Task<IResult> ShowAsync(
        HttpContext http, PathName org, IRateVersions versions, long? before, string? done, CancellationToken cancellationToken) =>
        Show(http, new(await versions.ListAsync(org.Value, before, PageSize, cancellationToken), new()) { Done = DoneText.Of(done) });

    private static async Task<IResult> RollBackAsync(
        HttpContext http, PathName org, IFormCollection posted, IRateVersions versions, CancellationToken cancellationToken)
    {
        var form = FormValues.Of(posted);
        var hours = form.Number("hours");
        var version = long.TryParse(form["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var chosen) ? chosen : (long?)null;
        if (version is null)
            form.Refuse("version", "Choose one of them.");
        if (form.Problems.Count == 0)
        {
            // More than a duration can have is refused as any that is too long.
            var duration = hours is { } known ? TimeSpan.FromHours(Math.Clamp(known, -1e6, 1e6)) : (TimeSpan?)null;
            if (await versions.RollBackAsync(http, org.Value, version, duration, cancellationToken) is not { } problem)
                return SeeOther.To(PageFrame.Of(http, Section.Settings).Links.RateVersions(org.Value) + "?done=" + DoneText.RolledBack);
            form.Refuse(problem, problem.Member == "duration" ? "hours" : problem.Member);
        }

        return Show(http, new(await versions.ListAsync(org.Value, before: null, PageSize, cancellationToken), form), StatusCodes.Status400BadRequest);
    }

    // The form has nothing but its token; taken as a parameter, so that it is read as one.
    private static async Task<IResult> UnpinAsync(
        HttpContext http, PathName org, IFormCollection posted, IRateVersions versions, CancellationToken cancellationToken)
    {
        _ = posted;
        await versions.UnpinAsync(http, org.Value, cancellationToken);
        return SeeOther.To(PageFrame.Of(http, Section.Settings).Links.Settings(org.Value) + "?done=" + DoneText.Unpinned);
    }

    private static RazorComponentResult<RateVersionsPage> Show(HttpContext http, RateVersionsModel model, int status = StatusCodes.Status200OK) =>
        PageResults.Show<RateVersionsPage, RateVersionsModel>(PageFrame.Of(http, Section.Settings, model.View.Organization), model, status);
}
