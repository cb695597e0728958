using DynamicSampling.Dashboard.Forms;
using DynamicSampling.Dashboard.Layout;
using DynamicSampling.Dashboard.Routing;
using DynamicSampling.Tasks.Sampling;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace DynamicSampling.Dashboard.CustomRules;

/// <summary>The pages of custom rules.</summary>
internal static class CustomRulesPages
{
    private const int PageSize = 50;
    private const int MaxFields = 50;
    private const double MostHours = 1e5;

    public static void MapCustomRulesPages(this IEndpointRouteBuilder pages)
    {
        var rules = pages.MapGroup("/organizations/{org}/custom-rules");
        rules.MapGet("", ListAsync).WithMetadata(new DashboardEndpoint(DashboardAccess.Look));
        rules.MapGet("/new", NewAsync).WithMetadata(new DashboardEndpoint(DashboardAccess.Look));
        rules.MapGet("/{id:guid}", ShowAsync).WithMetadata(new DashboardEndpoint(DashboardAccess.Look));
        Change(rules.MapPost("", CreateAsync));
        Change(rules.MapPost("/{id:guid}/extend", ExtendAsync));
        Change(rules.MapPost("/{id:guid}/delete", DeleteAsync));
    }

    private static void Change(RouteHandlerBuilder endpoint) => endpoint
        .WithMetadata(new DashboardEndpoint(DashboardAccess.Change))
        .WithFormOptions(valueCountLimit: MaxFields, keyLengthLimit: 100, valueLengthLimit: 100_000);

    private static async Task<IResult> ListAsync(
        HttpContext http, PathName org, ICustomRulesEditor editor, bool? all, Guid? after, string? done, CancellationToken cancellationToken)
    {
        var view = await editor.ListAsync(org.Value, all == true, after, PageSize, cancellationToken);
        return PageResults.Show<CustomRulesPage, CustomRulesModel>(
            FrameOf(http, org.Value), new(view, all == true) { Done = done == "deleted" ? "The rule was deleted." : null });
    }

    private static async Task<IResult> NewAsync(HttpContext http, PathName org, ICustomRulesEditor editor, string? project, CancellationToken cancellationToken) =>
        ShowForm(http, await NewModelAsync(org.Value, CustomRuleForm.Empty(project), editor, cancellationToken));

    private static async Task<IResult> CreateAsync(
        HttpContext http, PathName org, IFormCollection posted, ICustomRulesEditor editor, IVolumeStore volumes, TimeProvider clock, CancellationToken cancellationToken)
    {
        var form = FormValues.Of(posted);
        var now = clock.GetUtcNow();
        var draft = CustomRuleForm.Read(form, editor, now);
        var model = await NewModelAsync(org.Value, form, editor, cancellationToken);
        if (form.Problems.Count > 0)
            return ShowForm(http, model, StatusCodes.Status400BadRequest);
        if (form["action"] != "save")
        {
            return ShowForm(http, model with
            {
                Preview = draft,
                Reach = await RuleReach.CountAsync(volumes, org.Value, draft.Project, draft.Condition!, clock, cancellationToken),
            });
        }

        var (rule, problem) = await editor.AddAsync(http, org.Value, draft, cancellationToken);
        return rule is null
            ? ShowForm(http, model with { Refused = problem }, StatusCodes.Status400BadRequest)
            : SeeOther.To(FrameOf(http, org.Value).Links.CustomRule(org.Value, rule.Id) + "?done=made");
    }

    private static async Task<IResult> ShowAsync(
        HttpContext http, PathName org, Guid id, ICustomRulesEditor editor, string? done, CancellationToken cancellationToken) =>
        await editor.FindAsync(org.Value, id, cancellationToken) is { } line
            ? ShowRule(http, new(org.Value, line, new()) { Done = TextOf(done) })
            : Unknown(http, org.Value);

    private static async Task<IResult> ExtendAsync(
        HttpContext http, PathName org, Guid id, IFormCollection posted, ICustomRulesEditor editor, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (await editor.FindAsync(org.Value, id, cancellationToken) is not { } line)
            return Unknown(http, org.Value);
        var form = FormValues.Of(posted);
        DateTimeOffset? end = form.Number(CustomRuleForm.Hours) is { } hours ? clock.GetUtcNow().AddHours(Math.Clamp(hours, -MostHours, MostHours)) : null;
        var samples = form.Whole(CustomRuleForm.Samples);
        if (form.Problems.Count == 0 && end is null && samples is null)
            return ShowRule(http, new(org.Value, line, form) { Refused = "Fill in for how long, or how many, or both." }, StatusCodes.Status400BadRequest);
        if (form.Problems.Count == 0)
        {
            foreach (var problem in await editor.ExtendAsync(http, org.Value, id, end, samples, cancellationToken))
                form.Refuse(problem, problem.Member == "end" ? CustomRuleForm.Hours : problem.Member);
        }

        return form.Problems.Count > 0
            ? ShowRule(http, new(org.Value, line, form), StatusCodes.Status400BadRequest)
            : SeeOther.To(FrameOf(http, org.Value).Links.CustomRule(org.Value, id) + "?done=extended");
    }

    private static async Task<IResult> DeleteAsync(
        HttpContext http, PathName org, Guid id, IFormCollection posted, ICustomRulesEditor editor, CancellationToken cancellationToken)
    {
        if (FormValues.Of(posted)["confirm"] != "yes")
        {
            return await editor.FindAsync(org.Value, id, cancellationToken) is { } line
                ? ShowRule(http, new(org.Value, line, new()) { Refused = "Nothing was deleted: tick the box that says so first." }, StatusCodes.Status400BadRequest)
                : Unknown(http, org.Value);
        }

        return await editor.DeleteAsync(http, org.Value, id, cancellationToken)
            ? SeeOther.To(FrameOf(http, org.Value).Links.CustomRules(org.Value) + "?done=deleted")
            : Unknown(http, org.Value);
    }

    private static async Task<NewCustomRuleModel> NewModelAsync(string organization, FormValues form, ICustomRulesEditor editor, CancellationToken cancellationToken) =>
        new(organization, await editor.ListProjectsAsync(organization, cancellationToken), form);

    private static PageFrame FrameOf(HttpContext http, string organization) => PageFrame.Of(http, Section.CustomRules, organization);

    private static RazorComponentResult<NewCustomRulePage> ShowForm(HttpContext http, NewCustomRuleModel model, int status = StatusCodes.Status200OK) =>
        PageResults.Show<NewCustomRulePage, NewCustomRuleModel>(FrameOf(http, model.Organization), model, status);

    private static RazorComponentResult<CustomRulePage> ShowRule(HttpContext http, CustomRuleModel model, int status = StatusCodes.Status200OK) =>
        PageResults.Show<CustomRulePage, CustomRuleModel>(FrameOf(http, model.Organization), model, status);

    private static RazorComponentResult<ErrorPage> Unknown(HttpContext http, string organization) => PageResults.Show<ErrorPage, ErrorModel>(
        FrameOf(http, organization), new("No such rule", "It was deleted, or its link is not right. The list of custom rules has those that there are."), StatusCodes.Status404NotFound);

    private static string? TextOf(string? done) => done switch
    {
        "made" => "The rule is made. It is in the rules documents from now on; clients that follow them have it at their next poll.",
        "extended" => "Extended.",
        _ => null,
    };
}
