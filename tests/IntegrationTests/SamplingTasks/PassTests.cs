using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Storage;

namespace DynamicSampling.IntegrationTests.SamplingTasks;

/// <summary>What holds of every pass over organizations.</summary>
public class PassTests
{
    private const string TaskName = "rebalance_orgs";

    [Fact]
    public async Task Run_CorruptSettingsOfAnOrganization_AreItsOwnTrouble()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await PostAsync(client, "broken", "fine");
        await client.RunAsync(TaskName);
        await client.PostAsync(new Volume("q", "t", 100, Organization: "broken"), new Volume("q", "t", 100, Organization: "fine"));
        host.Sql("UPDATE organizations SET settings = '{\"targetSampleRate\":7}' WHERE name = 'broken'");
        var result = await client.RunAsync(TaskName);
        var failure = Assert.Single(result.GetProperty("failures").EnumerateArray());

        Assert.Equal((1, 1), (result.GetProperty("failed").GetInt32(), result.GetProperty("published").GetInt32()));
        Assert.Equal("broken", failure.Text("organization"));
        Assert.Contains("targetSampleRate", failure.Text("error"), StringComparison.Ordinal);
        Assert.Equal(1, (await client.RatesAsync("broken")).GetProperty("version").GetInt32());
        Assert.Equal(2, (await client.RatesAsync("fine")).GetProperty("version").GetInt32());
    }

    [Theory]
    [InlineData(-1.0)]
    [InlineData("many")]
    [InlineData(double.PositiveInfinity)]
    public async Task Run_CorruptVolumeOfAnOrganization_IsItsOwnTrouble(object total)
    {
        // PostgreSQL takes no text for a number.
        await using var host = new ApiHost { Storage = total is string ? TestStorage.Sqlite : TestDatabase.Default };
        using var client = host.CreateClient();
        await PostAsync(client, "a", "broken", "z");
        host.Sql(
            "UPDATE volumes SET total = @total WHERE project_id IN (SELECT p.id FROM projects p JOIN organizations o ON o.id = p.organization_id WHERE o.name = 'broken')",
            ("total", total));
        var result = await client.RunAsync(TaskName);

        Assert.Equal(1, (await client.RatesAsync("a")).GetProperty("version").GetInt32());
        Assert.Equal(1, (await client.RatesAsync("z")).GetProperty("version").GetInt32());
        Assert.DoesNotContain((await client.RatesAsync("broken")).Projects().Values, rate => !(rate is >= 0 and <= 1));
        Assert.All(result.GetProperty("failures").EnumerateArray(), failure => Assert.Equal("broken", failure.Text("organization")));
    }

    [Theory]
    [InlineData(-1.0)]
    [InlineData(double.PositiveInfinity)]
    public async Task Run_CorruptVolumeOfAProject_IsItsOwnTrouble(double total)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PostAsync(new Volume("broken", "a", 1000), new Volume("broken", "b", 1000), new Volume("fine", "t", 1000));
        await client.RunAsync(TaskName);
        var before = await client.RatesOfAsync("broken");
        await client.PutAsync("/api/organizations/acme", new { targetSampleRate = 0.5 });
        host.Sql("UPDATE volumes SET total = @total WHERE transaction_id = (SELECT id FROM transactions WHERE name = 'b')", ("total", total));
        var result = await client.RunAsync(TaskName);
        var failure = Assert.Single(result.GetProperty("failures").EnumerateArray());
        var after = await client.RatesOfAsync("broken");

        Assert.Equal(("acme", "broken"), (failure.Text("organization"), failure.Text("project")));
        Assert.Equal((0, 1), (result.GetProperty("failed").GetInt32(), result.GetProperty("failedProjects").GetInt32()));
        Assert.Equal(before.Number("rate"), after.Number("rate"));
        Assert.Equal(before.Transactions("rate"), after.Transactions("rate"));
        Assert.True((await client.RatesAsync()).Projects()["fine"] > 0.2);
    }

    [Fact]
    public async Task Run_CorruptSettingsOfAProject_ItsRatesStayAndTheOthersAreComputed()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PostAsync(new Volume("broken", "t", 1000), new Volume("fine", "t", 1000));
        await client.RunAsync(TaskName);
        host.Sql("UPDATE projects SET settings = '{not json' WHERE name = 'broken'");
        await client.PutAsync("/api/organizations/acme", new { targetSampleRate = 0.5 });
        var result = await client.RunAsync(TaskName);
        var rates = (await client.RatesAsync()).Projects();

        Assert.Equal(("acme", "broken"), (result.GetProperty("failures")[0].Text("organization"), result.GetProperty("failures")[0].Text("project")));
        Scenario.AssertClose(0.1, rates["broken"]);
        Scenario.AssertClose(0.5, rates["fine"]);
    }

    // One that made the query of a whole batch fail made a hundred organizations fail.
    [Fact]
    public async Task Run_ABatchCannotBeReadTogether_OnlyTheOrganizationToBlameFails()
    {
        var obstacles = new Obstacles
        {
            OnVolumes = (organizations, _) => organizations.Contains("broken") ? throw new InvalidOperationException("unreadable") : Task.CompletedTask,
        };
        await using var host = obstacles.Host();
        using var client = host.CreateClient();
        await PostAsync(client, "a", "broken", "z");
        var result = await client.RunAsync(TaskName);
        var failure = Assert.Single(result.GetProperty("failures").EnumerateArray());

        Assert.Equal((2, 1), (result.GetProperty("published").GetInt32(), result.GetProperty("failed").GetInt32()));
        Assert.Equal(("broken", "unreadable"), (failure.Text("organization"), failure.Text("error")));
    }

    [Fact]
    public async Task Run_BudgetRunsOut_StopsBetweenOrganizationsAndTheNextPassGoesOnThere()
    {
        var obstacles = new Obstacles();
        await using var host = obstacles.Host();
        using var client = host.CreateClient();
        string[] names = [.. Enumerable.Range(0, 6).Select(i => $"org-{i}")];
        await PostAsync(client, names);
        // Every organization takes 50 s, and a pass has 120.
        var handled = new List<string>();
        obstacles.OnRates = (organization, _) =>
        {
            handled.Add(organization);
            host.Clock.Advance(50);
            return Task.CompletedTask;
        };
        var passes = new List<JsonElement>();
        for (var pass = 0; pass < 3; pass++)
            passes.Add(await StoppedAsync(client, 120));

        Assert.Equal([null, "org-1", "org-3"], passes.Select(pass => pass.TryGetProperty("resumedAfter", out var after) ? after.GetString() : null));
        Assert.Equal(["org-1", "org-3", "org-5"], passes.Select(pass => pass.Text("stoppedAfter")));
        Assert.Equal([2, 2, 2], passes.Select(pass => pass.GetProperty("published").GetInt32()));
        Assert.Contains("org-1", passes[0].Text("message"), StringComparison.Ordinal);
        Assert.Equal(["org-0", "org-1", "org-2", "org-2", "org-3", "org-4", "org-4", "org-5", "org-0"], handled);
        foreach (var name in names)
            Assert.Equal(1, (await client.RatesAsync(name)).GetProperty("version").GetInt32());

        obstacles.OnRates = (_, _) => Task.CompletedTask;
        var whole = await client.RunAsync(TaskName);
        var next = await client.RunAsync(TaskName);

        Assert.Equal("org-5", whole.Text("resumedAfter"));
        Assert.Equal(6, whole.GetProperty("organizations").GetInt32());
        Assert.False(whole.TryGetProperty("stoppedAfter", out _));
        Assert.False(next.TryGetProperty("resumedAfter", out _));
    }

    [Theory]
    [InlineData("org-120")]
    [InlineData("org-120-deleted")]
    public async Task Run_ResumesInTheMiddle_WrapsAroundAndHandlesEachOnce(string stoppedAfter)
    {
        var obstacles = new Obstacles();
        await using var host = obstacles.Host();
        using var client = host.CreateClient();
        string[] names = [.. Enumerable.Range(0, 250).Select(i => $"org-{i:d3}")];
        await PostAsync(client, names);
        var handled = new List<string>();
        obstacles.OnRates = (organization, _) =>
        {
            handled.Add(organization);
            return Task.CompletedTask;
        };
        host.Sql($"INSERT INTO pass_progress (task, organization) VALUES ('{TaskName}', '{stoppedAfter}')");
        var result = await client.RunAsync(TaskName);

        Assert.Equal([.. names[121..], .. names[..121]], handled);
        Assert.Equal(250, result.GetProperty("organizations").GetInt32());
        Assert.Equal(250, result.GetProperty("published").GetInt32());
        Assert.Equal(0, host.Scalar("SELECT COUNT(*) FROM pass_progress"));
    }

    [Fact]
    public async Task Run_AnOrganizationEatsTheWholeBudget_DoesNotStarveTheOthers()
    {
        var obstacles = new Obstacles();
        await using var host = obstacles.Host();
        using var client = host.CreateClient();
        await PostAsync(client, "a", "glutton", "z");
        obstacles.OnRates = (organization, _) =>
        {
            host.Clock.Advance(organization == "glutton" ? 70 : 1);
            return Task.CompletedTask;
        };
        for (var pass = 0; pass < 3; pass++)
            await StoppedAsync(client, 60);

        Assert.Equal(1, (await client.RatesAsync("a")).GetProperty("version").GetInt32());
        Assert.Equal(0, (await client.RatesAsync("glutton")).GetProperty("version").GetInt32());
        Assert.Equal(1, (await client.RatesAsync("z")).GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task Run_AnOrganizationTakesTooLong_FailsAloneAfterTwoMinutes()
    {
        var obstacles = new Obstacles();
        await using var host = obstacles.Host();
        using var client = host.CreateClient();
        await PostAsync(client, "a", "slow", "z");
        var started = new TaskCompletionSource();
        obstacles.OnRates = async (organization, cancellationToken) =>
        {
            if (organization != "slow")
                return;
            started.SetResult();
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
        };
        var pending = client.RunAsync(TaskName);
        await started.Task;
        host.Clock.Advance(119);
        Assert.False(pending.IsCompleted);
        host.Clock.Advance(1);
        var result = await pending;
        var failure = Assert.Single(result.GetProperty("failures").EnumerateArray());

        Assert.Equal((2, 1), (result.GetProperty("published").GetInt32(), result.GetProperty("failed").GetInt32()));
        Assert.Equal("slow", failure.Text("organization"));
        Assert.Contains("120 s", failure.Text("error"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ABatchTakesTooLong_IsReadOneByOne()
    {
        var obstacles = new Obstacles();
        await using var host = obstacles.Host();
        using var client = host.CreateClient();
        await PostAsync(client, "a", "z");
        var started = new TaskCompletionSource();
        obstacles.OnVolumes = async (organizations, cancellationToken) =>
        {
            if (organizations.Count == 1)
                return;
            started.SetResult();
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
        };
        var pending = client.RunAsync(TaskName);
        await started.Task;
        host.Clock.Advance(120);

        Assert.Equal(2, (await pending).GetProperty("published").GetInt32());
    }

    [Fact]
    public async Task Run_AnOrganizationIsSlowToRead_TheOthersOfItsBatchArePublishedAllTheSame()
    {
        var obstacles = new Obstacles();
        await using var host = obstacles.Host();
        using var client = host.CreateClient();
        await PostAsync(client, "a", "huge", "z");
        using var started = new SemaphoreSlim(0);
        obstacles.OnVolumes = async (organizations, cancellationToken) =>
        {
            if (!organizations.Contains("huge"))
                return;
            started.Release();
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
        };
        var pending = client.RunAsync(TaskName);
        // With the others, and then alone: both times it has used up its time.
        for (var i = 0; i < 2; i++)
        {
            await started.WaitAsync();
            host.Clock.Advance(120);
        }

        var result = await pending;
        var failure = Assert.Single(result.GetProperty("failures").EnumerateArray());

        Assert.Equal((2, 1), (result.GetProperty("published").GetInt32(), result.GetProperty("failed").GetInt32()));
        Assert.Equal("huge", failure.Text("organization"));
        Assert.Equal(1, (await client.RatesAsync("a")).GetProperty("version").GetInt32());
        Assert.Equal(1, (await client.RatesAsync("z")).GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task Run_DryRunThatIsCutShort_LeavesNoProgress()
    {
        var obstacles = new Obstacles();
        await using var host = obstacles.Host();
        using var client = host.CreateClient();
        await PostAsync(client, "a", "b", "c");
        obstacles.OnRates = (_, _) =>
        {
            host.Clock.Advance(50);
            return Task.CompletedTask;
        };
        var stopped = await StoppedAsync(client, 60, dryRun: true);
        obstacles.OnRates = (_, _) => Task.CompletedTask;
        var next = await client.RunAsync(TaskName);

        Assert.Equal(("a", 1), (stopped.Text("stoppedAfter"), stopped.GetProperty("published").GetInt32()));
        Assert.DoesNotContain("goes on", stopped.Text("message"), StringComparison.Ordinal);
        Assert.False(next.TryGetProperty("resumedAfter", out _));
        Assert.Equal(3, next.GetProperty("published").GetInt32());
    }

    [Fact]
    public async Task Run_MoreProjectsThanAPage_BalancesThemAll()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        const int Count = 2100;
        await client.PostAsync(Enumerable.Range(0, Count).Select(i => new Volume($"project-{i:d4}", "t", i)));
        await client.RunAsync(TaskName);
        var served = new Dictionary<string, double>();
        JsonElement page;
        var path = "/api/organizations/acme/rates?limit=1000";
        do
        {
            page = await client.GetJsonAsync(path);
            foreach (var (project, rate) in page.Projects("servedRate"))
                served.Add(project, rate);
            path = $"/api/organizations/acme/rates?limit=1000&cursor={page.GetProperty("next").GetString()}";
        }
        while (page.GetProperty("next").ValueKind != JsonValueKind.Null);

        Assert.Equal(Count, served.Count);
        Scenario.AssertClose(Enumerable.Range(0, Count).Sum() * 0.1, served.Sum(project => project.Value * int.Parse(project.Key[8..], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(1, (await client.RunAsync(TaskName)).GetProperty("unchanged").GetInt32());
    }

    [Fact]
    public async Task Run_ReadersMeanwhile_NeverSeeHalfOfAVersion()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        const int Projects = 60;
        using var stop = new CancellationTokenSource();
        var seen = new ConcurrentDictionary<int, int>();
        await PublishAsync(1);
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var rates = await client.RatesAsync();
                var version = rates.GetProperty("version").GetInt32();
                // Version n was computed for a target of n percent, and every project has it.
                Assert.Equal(version / 100.0, rates.Target().Rate, 1e-12);
                Assert.Equal(Projects, rates.Projects().Count);
                Assert.All(rates.Projects().Values, rate => Assert.Equal(version / 100.0, rate, 1e-9));
                var project = await client.RatesOfAsync("p7");
                Assert.Equal(project.GetProperty("version").GetInt32() / 100.0, project.Number("rate"), 1e-9);
                seen.AddOrUpdate(version, 1, (_, count) => count + 1);
            }
        }, CancellationToken.None)).ToList();
        for (var version = 2; version <= 99 && seen.Count < 8 && !readers.Exists(reader => reader.IsCompleted); version++)
            await PublishAsync(version);
        await stop.CancelAsync();
        await Task.WhenAll(readers);

        Assert.True(seen.Count > 1, "The readers saw one version only.");

        async Task PublishAsync(int percent)
        {
            await client.PutAsync("/api/organizations/acme", new { targetSampleRate = percent / 100.0 });
            if (percent == 1)
                await client.PostAsync(Enumerable.Range(0, Projects).Select(i => new Volume($"p{i}", "t", 1000)));
            await client.RunAsync(TaskName);
        }
    }

    // A publication that fails in its middle leaves the version before it.
    [Fact]
    public async Task Run_PublicationFails_NothingOfItIsPublished()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PostAsync(new Volume("a", "t", 1000), new Volume("b", "t", 1000));
        await client.RunAsync(TaskName);
        var before = await client.RatesAsync();
        host.Database.RefuseInserts("project_rates", "refused", "NEW.project_id = (SELECT id FROM projects WHERE name = 'b')");
        await client.PutAsync("/api/organizations/acme", new { targetSampleRate = 0.5 });
        var result = await client.RunAsync(TaskName);
        var after = await client.RatesAsync();
        host.Database.AcceptInserts("project_rates");
        await client.RunAsync(TaskName);

        Assert.Contains("refused", result.GetProperty("failures")[0].Text("error"), StringComparison.Ordinal);
        Assert.Equal(before.GetRawText(), after.GetRawText());
        Assert.Equal(2, (await client.RatesAsync()).GetProperty("version").GetInt32());
    }

    // Two tasks may work on one organization at a time; the later one must not undo parts of what the other has published.
    [Fact]
    public async Task Run_AnotherTaskPublishesMeanwhile_PublishesNothingOfItsOwn()
    {
        var obstacles = new Obstacles();
        await using var host = obstacles.Host();
        using var client = host.CreateClient();
        await client.PostAsync(new Volume("a", "t", 1000), new Volume("b", "t", 100));
        await client.RunAsync(TaskName);
        await client.PutAsync("/api/organizations/acme", new { targetSampleRate = 0.5 });
        obstacles.OnPublish = async () =>
        {
            obstacles.OnPublish = () => Task.CompletedTask;
            await client.PutAsync("/api/organizations/acme", new { targetSampleRate = 0.2 });
            await client.RunAsync("sliding_window_org");
        };
        var result = await client.RunAsync(TaskName);
        var after = await client.RatesAsync();

        Assert.Equal(1, result.GetProperty("failed").GetInt32());
        Assert.Contains("Another run published version 2", result.GetProperty("failures")[0].Text("error"), StringComparison.Ordinal);
        Assert.Equal(0.2, after.Target().Rate, 1e-12);
        Assert.Equal(1, (await client.RunAsync(TaskName)).GetProperty("published").GetInt32());
        Assert.Equal(3, (await client.RatesAsync()).GetProperty("version").GetInt32());
    }

    private static Task PostAsync(HttpClient client, params string[] organizations) =>
        client.PostAsync(organizations.Select(organization => new Volume("p", "t", 1000, Organization: organization)));

    private static async Task<JsonElement> StoppedAsync(HttpClient client, double maxSeconds, bool dryRun = false)
    {
        using var response = await client.RunTaskAsync(TaskName, new { maxSeconds, dryRun });
        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        return (await response.ReadJsonAsync()).GetProperty("task").GetProperty("result");
    }
}
