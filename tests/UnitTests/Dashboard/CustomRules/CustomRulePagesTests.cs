using DynamicSampling.Dashboard.CustomRules;
using DynamicSampling.Dashboard.Layout;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Tests.Dashboard.CustomRules;

public sealed class CustomRulePagesTests
{
    private static readonly CustomRule Rule = new(
        new("01a2050f-29fb-7a81-aeb3-174e7c917087"), "acme", "check<b>out", Number: 7, new GlobCondition("event.transaction", ["POST /order*"]), Samples: 100,
        Rendered.Now.AddHours(-1), Rendered.Now.AddMinutes(5))
    {
        CreatedAt = Rendered.Now.AddHours(-1),
        Collected = 25,
    };

    [Fact]
    public async Task List_None_TellsTheFirstStep()
    {
        var page = await Rendered.PageAsync<CustomRulesPage, CustomRulesModel>(new(new("acme", [], Next: null, IsOff: true), All: false), Frame());
        var readOnly = await Rendered.PageAsync<CustomRulesPage, CustomRulesModel>(new(new("acme", [], Next: null, IsOff: false), All: false), Frame(mayChange: false));

        Assert.Equal("/organizations/acme/custom-rules/new", page.QuerySelector(".empty a")!.GetAttribute("href"));
        Assert.Contains("switched off", page.QuerySelector(".notice.warn")!.Read(), StringComparison.Ordinal);
        Assert.Null(readOnly.QuerySelector(".button"));
        Assert.Null(readOnly.QuerySelector(".notice"));
    }

    [Fact]
    public async Task List_Rules_SayWhatTheyAreForAndHowTheyStand()
    {
        CustomRuleLine[] lines =
        [
            new(Rule, "anna"),
            new(Rule with { Description = "slow orders", Project = null, Collected = 100 }, MadeBy: null),
            new(Rule with { Start = Rendered.Now.AddMinutes(1) }, "anna"),
            new(Rule with { End = Rendered.Now }, "anna"),
        ];
        var page = await Rendered.PageAsync<CustomRulesPage, CustomRulesModel>(new(new("acme", lines, Rule.Id, IsOff: false), All: true), Frame());
        var rows = page.QuerySelectorAll("tbody tr");

        Assert.Equal("transaction looks like POST /order* check<b>out collecting 25 of 100 2026-11-22 10:05:00 UTCin 5 min anna", rows[0].Read());
        Assert.StartsWith("slow orderstransaction looks like POST /order* all collected 100 of 100", rows[1].Read(), StringComparison.Ordinal);
        Assert.Equal(["collecting", "collected", "not begun", "expired"], page.QuerySelectorAll("tbody .badge").Select(badge => badge.Read()));
        Assert.Equal($"/organizations/acme/custom-rules?after={Rule.Id}&all=true", page.QuerySelector("section .pages a")!.GetAttribute("href"));
    }

    [Fact]
    public async Task Rule_Active_CanBeExtendedAndDeleted()
    {
        var page = await RuleAsync(Rule);
        var expired = await RuleAsync(Rule with { End = Rendered.Now });

        Assert.Contains("The first 100 traces of check<b>out whose transaction looks like POST /order*.", page.QuerySelector(".head")!.Read(), StringComparison.Ordinal);
        Assert.Contains("3007", page.QuerySelector("dl")!.Read(), StringComparison.Ordinal);
        Assert.Equal(
            [$"/organizations/acme/custom-rules/{Rule.Id}/extend", $"/organizations/acme/custom-rules/{Rule.Id}/delete"],
            page.QuerySelectorAll("form").Select(form => form.GetAttribute("action")));
        Assert.Equal([$"/organizations/acme/custom-rules/{Rule.Id}/delete"], expired.QuerySelectorAll("form").Select(form => form.GetAttribute("action")));
    }

    [Theory]
    [InlineData(3600.0, "complete after 1 min 40 s")]
    [InlineData(60.0, "about 5 come until it ends")]
    [InlineData(0.0, "None of the last hour's traces")]
    [InlineData(null, "nobody can tell beforehand")]
    public async Task New_Preview_SaysWhatTheRuleWillDo(double? total, string said)
    {
        var model = new NewCustomRuleModel("acme", ["checkout"], CustomRuleForm.Empty("checkout"))
        {
            Preview = new(Rule.Condition, 100, Start: null, Rule.End, Rule.Project, Description: null),
            Reach = total is { } known ? new(known, 0, 1) : null,
        };
        var page = await Rendered.PageAsync<NewCustomRulePage, NewCustomRuleModel>(model, Frame());

        Assert.Contains(
            "The first 100 traces of check<b>out whose transaction looks like POST /order* are kept at 100 %, from now until 2026-11-22 10:05:00 UTC (in 5 min).",
            page.QuerySelector(".effect")!.Read(),
            StringComparison.Ordinal);
        Assert.Contains(said, page.QuerySelector(".effect")!.Read(), StringComparison.Ordinal);
        Assert.Equal("rule", page.QuerySelector(".effect button")!.GetAttribute("form"));
    }

    private static PageFrame Frame(bool mayChange = true) => Rendered.Frame(Section.CustomRules, "acme", mayChange);

    private static Task<AngleSharp.Html.Dom.IHtmlDocument> RuleAsync(CustomRule rule) =>
        Rendered.PageAsync<CustomRulePage, CustomRuleModel>(new("acme", new(rule, "anna"), new()), Frame());
}
