using System.Text.Json;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using DynamicSampling.Dashboard.Charts;
using DynamicSampling.Dashboard.Layout;
using DynamicSampling.Dashboard.Services;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Tests.Dashboard.Services;

public sealed class ServicePageTests
{
    private static readonly ProjectRate Rate = new("checkout", Rate: 0.02, Total: 1000, Kept: 10);

    private static readonly ServiceView Service = new(
        new("acme", "checkout"), IsKnown: true,
        new OrganizationRates("acme", 3, Guid.Parse("01a2050f-29fb-7a81-aeb3-174e7c917087"), Rendered.Now, MinuteWindow.Ending(Rendered.Now, 60), new(0.05, TargetSource.Budget), 0),
        Rate, new(0.05, TargetSource.Budget), Base: 0.02, Rate: 0.02, Factor: 1, Floor: 0, Reason: null)
    {
        Before = 0.04,
        Rules = RulesGenerator.Generate(new() { BaseRate = 0.02 }, Rendered.Now),
        RateHistory = [new(Rendered.Now.AddHours(-3), 0.04), new(Rendered.Now.AddHours(-1), 0.02)],
        Volume = new(HistoryWindow.Day, Rendered.Now.AddDays(-1), Rendered.Now, [.. Enumerable.Repeat(new VolumePoint(10, 1, IsExact: true), 24)]),
    };

    [Fact]
    public async Task Page_Service_SaysItsRateAndWhy()
    {
        var page = await ShowAsync(Service);

        Assert.Equal(["2.00 %", "4.00 %", "5.00 %", "0 %"], page.QuerySelectorAll(".figure").Select(figure => figure.Read()));
        Assert.Equal("Of 1,000 traces in 1 h, 2.00 % are to be kept.", page.QuerySelector(".lead")!.Read());
        Assert.NotEmpty(page.QuerySelectorAll(".because li"));
        Assert.Equal("/runs/01a2050f-29fb-7a81-aeb3-174e7c917087", page.QuerySelector("#rate-numbers a")!.GetAttribute("href"));
        Assert.Equal(
            ["/organizations/acme/services/checkout/settings", "/organizations/acme/clients/checkout", "/runs?organization=acme"],
            page.QuerySelectorAll(".head .actions a").Select(link => link.GetAttribute("href")));
        Assert.Contains("the rate changed once, between 2.00 % and 4.00 %; now it is 2.00 %", page.QuerySelector("#rates svg[role=img]")!.GetAttribute("aria-label"), StringComparison.Ordinal);
        Assert.NotNull(page.QuerySelector("#volume"));
    }

    [Fact]
    public async Task Page_Rules_AreInWordsAndAsTheyAre()
    {
        var page = await ShowAsync(Service);

        Assert.Equal(Service.Rules.Rules.Count, page.QuerySelectorAll(".rules > li").Length);
        Assert.Equal("Rate of the service, every trace: keep 2.00 %, times what was multiplied before.", page.QuerySelector(".rules > li:last-child")!.Read());
        var document = JsonSerializer.Deserialize<RulesDocument>(page.QuerySelector("#rules-json pre")!.TextContent, JsonSerializerOptions.Web)!;
        Assert.Equal(Service.Rules.Rules.Count, document.Rules.Count);
    }

    [Fact]
    public async Task Page_ManyRules_AreFoldedAndNumberedOn()
    {
        var rules = RulesGenerator.Generate(
            new() { BaseRate = 0.5, Biases = Bias.Transactions, Transactions = [.. Enumerable.Range(0, 50).Select(i => new NamedRate($"GET /{i}", 0.1, 50 - i))] }, Rendered.Now);
        var page = await ShowAsync(Service with { Rules = rules });

        Assert.Equal("45 more: Transactions", page.QuerySelector(".rules summary")!.Read());
        Assert.Equal(["1", "2", "3", "4", "5", "6", "51"], page.QuerySelectorAll(".rules > li").Select(item => item.GetAttribute("value")));
        Assert.Equal(51, page.QuerySelectorAll(".rules li").Length - 1);
    }

    [Fact]
    public async Task Page_CustomRule_SaysWhenItEnds()
    {
        var rules = RulesGenerator.Generate(
            new() { BaseRate = 0.5, CustomRules = [new(0, RuleCondition.Always, 10, Rendered.Now.AddHours(-1), Rendered.Now.AddHours(1)), new(1, RuleCondition.Always, 20, Rendered.Now.AddHours(1), Rendered.Now.AddHours(2))] },
            Rendered.Now);
        var items = (await ShowAsync(Service with { Rules = rules })).QuerySelectorAll(".rules > li").Select(item => item.Read()).ToList();

        Assert.Equal("Custom rule, every trace: keep all until there are 10, until 2026-11-22 11:00:00 UTC.", items[0]);
        Assert.Equal("Custom rule, every trace: keep all until there are 20, from 2026-11-22 11:00:00 UTC to 2026-11-22 12:00:00 UTC.", items[1]);
    }

    [Fact]
    public async Task Page_Question_IsAnsweredAboveTheForm()
    {
        var page = await ShowAsync(Service, new TraceQuestion { IsAsked = true, Transaction = "GET /\"<b>" });

        Assert.Equal("2.00 %", page.QuerySelector("#trace .answer")!.Read());
        Assert.Equal("Rate of the service (every trace) decides: 2.00 %.", page.QuerySelector("#trace ol li")!.Read());
        Assert.Equal("GET /\"<b>", page.QuerySelector<IHtmlInputElement>("input[name=transaction]")!.Value);
    }

    [Fact]
    public async Task Page_QuestionThatCannotBeRead_SaysWhatIsWrongBesideTheField()
    {
        var page = await ShowAsync(Service, new TraceQuestion { IsAsked = true, Others = "oops", Problem = "“oops” is wrong." });

        var field = page.QuerySelector<IHtmlTextAreaElement>("textarea[aria-invalid=true]")!;
        Assert.Equal("oops", field.Value);
        Assert.Equal("“oops” is wrong.", page.GetElementById(field.GetAttribute("aria-describedby")!.Split(' ')[0])!.Read());
        Assert.Equal("#fields", page.QuerySelector("#trace .notice.bad a")!.GetAttribute("href"));
        Assert.Null(page.QuerySelector(".answer"));
    }

    [Fact]
    public async Task Page_UnknownService_SaysWhatToDo()
    {
        var page = await ShowAsync(Service with { Project = new("o'k", "n<o>"), IsKnown = false, Version = null, Published = null, RateHistory = [] });

        Assert.Contains("Nobody has heard", page.QuerySelector(".notice.warn")!.Read(), StringComparison.Ordinal);
        Assert.Contains("\"organization\":\"o\\u0027k\",\"project\":\"n\\u003Co\\u003E\"", page.QuerySelector(".notice pre")!.TextContent, StringComparison.Ordinal);
        Assert.Null(page.QuerySelector("figure"));
    }

    private static Task<IHtmlDocument> ShowAsync(ServiceView service, TraceQuestion? question = null)
    {
        var table = new RateTable(3, service.Target, MinuteWindow.Ending(Rendered.Now, 60), []);
        var query = new RateQuery { ByTransaction = true };
        question ??= new();
        return Rendered.PageAsync<ServicePage, ServiceModel>(
            new(service, table, query, RateList.Select(table, query), question, question.Answer(service.Rules, Rendered.Now), "http://here:5000"),
            Rendered.Frame(Section.Services, service.Project.Organization));
    }
}
