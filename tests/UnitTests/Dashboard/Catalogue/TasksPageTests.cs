using AngleSharp.Dom;
using DynamicSampling.Dashboard.Catalogue;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tests.Dashboard.Runs;

namespace DynamicSampling.Tests.Dashboard.Catalogue;

public sealed class TasksPageTests
{
    private static readonly TaskRow Pass = new(
        "rebalance_orgs", "The whole pass.", 420, HasDryRun: true, new(TimeSpan.FromMinutes(1), Rendered.Now.AddSeconds(20), InShards: true), SampleRun.Of(3));

    private static readonly TaskRow Collect = new("collect_orgs", "Lists.", 30, HasDryRun: false, Schedule: null, LastRun: null);

    [Fact]
    public async Task Catalogue_Tasks_SayWhenTheyRunAndHowTheyRan()
    {
        var page = await Rendered.PageAsync<TasksPage, TasksView>(new([Pass, Collect], ["acme"], IsScheduling: true));

        var sections = page.QuerySelectorAll("section");
        Assert.Contains("every 1 min, over all organizations; next 2026-11-22 10:00:20 UTC, in 20 s", sections[0].Read(), StringComparison.Ordinal);
        Assert.Contains("completed in 3.00 s, started 2026-11-22 09:59:57 UTC, 3 s ago", sections[0].Read(), StringComparison.Ordinal);
        Assert.Contains("only on request Budget 30 s Last run none yet", sections[1].Read(), StringComparison.Ordinal);
        Assert.Equal(["Run now", "Dry run"], sections[0].QuerySelectorAll("button").Select(button => button.Read()));
        Assert.Equal(["Run now"], sections[1].QuerySelectorAll("button").Select(button => button.Read()));
        Assert.Empty(page.QuerySelectorAll(".notice"));
    }

    [Fact]
    public async Task Catalogue_ScheduleIsOff_SaysSo() => Assert.Contains(
        "Scheduling:Enabled", (await Rendered.PageAsync<TasksPage, TasksView>(new([Collect], [], IsScheduling: false))).QuerySelector(".notice")!.Read(), StringComparison.Ordinal);

    [Fact]
    public async Task Catalogue_WhoeverMayOnlyLook_GetsNoForm()
    {
        var page = await Rendered.PageAsync<TasksPage, TasksView>(new([Pass], [], IsScheduling: true), Rendered.Frame(mayChange: false));

        Assert.Empty(page.QuerySelectorAll("form, button[type=submit]"));
        Assert.Contains("scope operate", page.QuerySelector("section")!.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Task_Runs_HaveTheirMiddleAndTheirTail()
    {
        var runs = Enumerable.Range(1, 20).Select(seconds => SampleRun.Of(seconds) with { Id = Guid.NewGuid() }).Append(SampleRun.Of(400) with { Status = RunStatus.Failed }).ToList();
        var page = await Rendered.PageAsync<TaskPage, TaskView>(new(Pass, runs, [], new(), Outcome: null));

        Assert.Contains("median 10.0 s, 95th percentile 19.0 s (the last 20 completed runs)", page.QuerySelector("dl")!.Read(), StringComparison.Ordinal);
        Assert.Equal(21, page.QuerySelectorAll("tbody tr").Length);
        Assert.Equal("/runs?task=rebalance_orgs", page.QuerySelector(".pages a")!.GetAttribute("href"));
    }

    [Fact]
    public async Task Task_NoRunYet_SaysWhenThereWillBeOne() => Assert.Contains(
        "Its next turn is in 20 s", (await Rendered.PageAsync<TaskPage, TaskView>(new(Pass, [], [], new(), Outcome: null))).QuerySelector(".empty")!.Read(), StringComparison.Ordinal);

    [Fact]
    public async Task Task_WrongForm_SaysSoBesideTheFieldAndKeepsWhatWasTyped()
    {
        var outcome = new StartOutcome(400, Run: null, Message: null, new Dictionary<string, string>(StringComparer.Ordinal) { ["maxSeconds"] = "maxSeconds is none." });
        var page = await Rendered.PageAsync<TaskPage, TaskView>(new(Pass, [], [], new("<acme>", "soon"), outcome));

        var field = page.GetElementById("rebalance_orgs-maxSeconds")!;
        Assert.Equal(("true", "soon"), (field.GetAttribute("aria-invalid"), field.GetAttribute("value")));
        Assert.Equal("maxSeconds is none.", page.GetElementById(field.GetAttribute("aria-describedby")!)!.Read());
        Assert.Equal("#rebalance_orgs-maxSeconds", page.QuerySelector(".notice a")!.GetAttribute("href"));
        Assert.Equal("<acme>", page.GetElementById("rebalance_orgs-organization")!.GetAttribute("value"));
    }

    [Fact]
    public async Task Task_Conflict_LeadsToTheRunInTheWay()
    {
        var outcome = new StartOutcome(409, SampleRun.Id, "It is already running.", new Dictionary<string, string>(StringComparer.Ordinal));
        var page = await Rendered.PageAsync<TaskPage, TaskView>(new(Pass, [], [], new(), outcome));

        Assert.Contains("already running", page.QuerySelector(".notice.bad")!.Read(), StringComparison.Ordinal);
        Assert.Equal($"/runs/{SampleRun.Id}", page.QuerySelector(".notice a")!.GetAttribute("href"));
    }
}
