using AngleSharp.Dom;
using DynamicSampling.Dashboard.Runs;
using DynamicSampling.Tasks.Runs;
using static DynamicSampling.Tests.Dashboard.Runs.SampleRun;

namespace DynamicSampling.Tests.Dashboard.Runs;

public sealed class RunsPageTests
{
    private static readonly RunsView Empty = new(new(), [], [], Next: null, ["rebalance_orgs", "collect_orgs"], ["acme"], new Dictionary<string, string>(StringComparer.Ordinal), 200);
    private static readonly TaskRun Run = SampleRun.Of(10, Function("fetch", 0, 9)) with { Organization = "a&b" };

    [Fact]
    public async Task Page_NothingHasRun_TellsTheFirstStep()
    {
        var page = await Rendered.PageAsync<RunsPage, RunsView>(Empty);

        Assert.Equal("/tasks", page.QuerySelector(".empty a")!.GetAttribute("href"));
        Assert.Empty(page.QuerySelectorAll("table"));
    }

    [Fact]
    public async Task Page_NothingIsLikeThat_LeadsToAll()
    {
        var page = await Rendered.PageAsync<RunsPage, RunsView>(Empty with { Filter = new(Task: "collect_orgs", Status: "lost") });

        Assert.Equal("/runs", page.QuerySelector(".empty a")!.GetAttribute("href"));
        Assert.Equal(["collect_orgs", "lost"], page.QuerySelectorAll("select option[selected]").Select(option => option.GetAttribute("value")));
    }

    [Fact]
    public async Task Page_Runs_AreRowsWithWhatMattersOfEach()
    {
        var late = Run with { MaxSeconds = 5, OverrunSeconds = 5, Status = RunStatus.TimedOut, Error = new("timeout", "Too late.", "fetch"), Trigger = RunTrigger.Http };
        var page = await Rendered.PageAsync<RunsPage, RunsView>(Empty with { Runs = [Run, late], Next = "x" });

        var rows = page.QuerySelectorAll("tbody tr");
        Assert.Equal("2026-11-22 09:59:50 UTC rebalance_orgs completed 10.0 s a&b schedule fetch 9.00 s —", rows[0].Read());
        Assert.Equal("2026-11-22 09:59:50 UTC rebalance_orgs timed out 10.0 s a&b request fetch 9.00 s fetch: Too late.", rows[1].Read());
        Assert.NotNull(rows[1].QuerySelector(".bar-over"));
        Assert.Equal($"/runs/{Id}", rows[0].QuerySelector("th a")!.GetAttribute("href"));
        Assert.Equal("/runs?cursor=x", page.QuerySelector("a[rel=next]")!.GetAttribute("href"));
    }

    [Fact]
    public async Task Page_LaterPage_KeepsTheFilter()
    {
        var page = await Rendered.PageAsync<RunsPage, RunsView>(Empty with { Runs = [Run], Filter = new(Organization: "a&b", Cursor: "x"), Next = "y" });

        Assert.Equal("/runs?organization=a%26b&cursor=y", page.QuerySelector("a[rel=next]")!.GetAttribute("href"));
        Assert.Equal("/runs?organization=a%26b", page.QuerySelector("a[rel=first]")!.GetAttribute("href"));
        Assert.Contains("/runs?organization=a%26b&since=2026-11-22T09%3A00%3A00.000Z", page.QuerySelectorAll("a").Select(link => link.GetAttribute("href")));
    }

    [Fact]
    public async Task Page_InProgress_IsOnTopWithItsProgress()
    {
        var page = await Rendered.PageAsync<RunsPage, RunsView>(Empty with { Runs = [Run], Running = [Run with { Status = RunStatus.Running, Progress = new(1200, 5000), Node = "one" }] });

        Assert.Equal(["In progress", "Ended, newest first"], page.QuerySelectorAll("h2").Select(heading => heading.Read()));
        Assert.Contains("running 1,200 of 5,000", page.QuerySelector("section[aria-labelledby=running] tbody tr")!.Read(), StringComparison.Ordinal);
        Assert.Contains("Process", page.QuerySelector("section[aria-labelledby=running] thead")!.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_WrongFilter_SaysSoBesideTheFieldAndKeepsWhatWasTyped()
    {
        var problems = new Dictionary<string, string>(StringComparer.Ordinal) { ["status"] = "status must be one of running.", ["since"] = "since is none." };
        var page = await Rendered.PageAsync<RunsPage, RunsView>(Empty with { Filter = new(Status: "<done>", Since: "\"yesterday"), Problems = problems, Status = 400 });

        foreach (var (field, problem) in problems)
        {
            var input = page.GetElementById(field)!;
            Assert.Equal("true", input.GetAttribute("aria-invalid"));
            Assert.Equal(problem, page.GetElementById(input.GetAttribute("aria-describedby")!)!.Read());
            Assert.Equal(problem, page.QuerySelector($".notice a[href='#{field}']")!.Read());
        }

        Assert.Equal("\"yesterday", page.GetElementById("since")!.GetAttribute("value"));
        Assert.Equal("<done>", page.QuerySelector("#status option[selected]")!.Read());
        Assert.Null(page.GetElementById("task")!.GetAttribute("aria-invalid"));
    }
}
