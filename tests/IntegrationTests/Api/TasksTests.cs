using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.IntegrationTests.Api;

public class TasksTests
{
    [Fact]
    public async Task List_AfterARun_ShowsTheCatalogueWithIt()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var catalogue = (await client.GetJsonAsync("/api/tasks")).GetProperty("items").EnumerateArray().ToList();
        var before = catalogue[1];
        using var run = await client.RunTaskAsync("boost_low_volume_projects");
        var after = (await client.GetJsonAsync("/api/tasks")).GetProperty("items")[1];

        Assert.Equal(
            [
                "sliding_window_org", "boost_low_volume_projects", "boost_low_volume_transactions", "recalibrate_orgs", "rebalance_orgs", "collect_orgs",
                "custom_rule_notifications",
            ],
            catalogue.Select(task => task.GetProperty("name").GetString()));
        Assert.All(catalogue, task => Assert.False(string.IsNullOrWhiteSpace(task.GetProperty("description").GetString())));
        Assert.Equal(420, before.GetProperty("maxSeconds").GetDouble());
        Assert.Equal(JsonValueKind.Null, before.GetProperty("lastRun").ValueKind);
        Assert.Equal((await run.ReadJsonAsync()).GetProperty("id").GetString(), after.GetProperty("lastRun").GetProperty("id").GetString());
    }

    [Fact]
    public async Task Run_NoBody_IsAboutAllOrganizations()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.PostAsync("/api/tasks/boost_low_volume_projects", content: null);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(JsonValueKind.Null, (await response.ReadJsonAsync()).GetProperty("organization").ValueKind);
    }

    [Fact]
    public async Task Run_Completed_PointsToTheRunAndTimesItsFunctions()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.RunTaskAsync("boost_low_volume_projects");
        var run = await response.ReadJsonAsync();
        var stored = await client.GetJsonAsync(response.Content.Headers.ContentLocation!.OriginalString);

        Assert.Contains("list_organizations;dur=0", response.Headers.GetValues("Server-Timing").Single(), StringComparison.Ordinal);
        Assert.Equal(run.GetRawText(), stored.GetRawText());
    }

    [Fact]
    public async Task Run_UnknownTask_Is404ThatNamesTheTasks()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.RunTaskAsync("boost");
        var problem = await response.ReadJsonAsync();

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("boost_low_volume_projects", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty((await client.GetJsonAsync("/api/runs")).GetProperty("items").EnumerateArray());
    }

    [Theory]
    [InlineData("""{"organization":""}""", "organization")]
    [InlineData("""{"organization":".."}""", "organization")]
    [InlineData("""{"organization":7}""", "organization")]
    [InlineData("""{"organisation":"acme"}""", "organisation")]
    [InlineData("""{"maxSeconds":0}""", "maxSeconds")]
    [InlineData("""{"maxSeconds":-1}""", "maxSeconds")]
    [InlineData("""{"maxSeconds":"1"}""", "maxSeconds")]
    [InlineData("""{"maxSeconds":1e999}""", "maxSeconds")]
    [InlineData("""{"maxSeconds":1,"maxSeconds":2}""", "maxSeconds")]
    [InlineData("{\"organization\":\"acme", "line 1")]
    public async Task Run_BadBody_Is400ThatNamesTheMemberAndIsNoRun(string body, string named)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await client.PostAsync("/api/tasks/boost_low_volume_projects", content);
        var problem = await response.ReadJsonAsync();

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains(named, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty((await client.GetJsonAsync("/api/runs")).GetProperty("items").EnumerateArray());
    }

    [Theory]
    [InlineData(5, 5)]
    [InlineData(61, 60)]
    [InlineData(1e300, 60)]
    public async Task Run_MaxSeconds_LowersTheBudgetAndNeverRaisesIt(double asked, double given)
    {
        await using var host = new ApiHost(tasks: new ScriptedTask("probe", (_, _) => Task.CompletedTask));
        using var client = host.CreateClient();
        using var response = await client.RunTaskAsync("probe", new { maxSeconds = asked });

        Assert.Equal(given, (await response.ReadJsonAsync()).GetProperty("maxSeconds").GetDouble());
    }

    [Fact]
    public async Task Run_BudgetUsedUp_Is504WithTheTimersSoFar()
    {
        var started = new TaskCompletionSource();
        await using var host = new ApiHost(tasks: new ScriptedTask("endless", (context, _) => context.RunAsync("loop", (_, cancellationToken) =>
        {
            started.SetResult();
            return UntilCanceledAsync(cancellationToken);
        }).AsTask()));
        using var client = host.CreateClient();
        var pending = client.RunTaskAsync("endless", new { maxSeconds = 5 });
        await started.Task;
        host.Clock.Advance(5.5);
        using var response = await pending;
        var problem = await response.ReadJsonAsync();
        var run = problem.GetProperty("task");

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Equal("timed_out", run.GetProperty("status").GetString());
        Assert.Equal("loop", run.GetProperty("error").GetProperty("function").GetString());
        Assert.True(run.GetProperty("taskData").GetProperty("loop").GetProperty("executionTime").GetDouble() >= 5);
        var stored = await client.GetJsonAsync($"/api/runs/{run.GetProperty("id").GetString()}");
        Assert.Equal(run.GetRawText(), stored.GetRawText());
    }

    [Fact]
    public async Task Run_IgnoresItsToken_IsOverdueWhileItLastsAndCompletes()
    {
        var started = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var host = new ApiHost(tasks: new ScriptedTask("stubborn", (context, _) => context.RunAsync("work", (_, _) =>
        {
            started.SetResult();
            return release.Task;
        }).AsTask()));
        using var client = host.CreateClient();
        var pending = client.RunTaskAsync("stubborn", new { maxSeconds = 5 });
        await started.Task;
        host.Clock.Advance(8);
        var overdue = (await client.WaitForAsync("/api/runs", runs => runs.GetProperty("items").GetArrayLength() == 1)).GetProperty("items")[0];
        release.SetResult();
        using var response = await pending;
        var run = await response.ReadJsonAsync();

        Assert.Equal("running", overdue.GetProperty("status").GetString());
        Assert.True(overdue.GetProperty("overdue").GetBoolean());
        Assert.Equal(8, overdue.GetProperty("taskData").GetProperty("work").GetProperty("executionTime").GetDouble(), 1e-6);
        Assert.Equal("completed", run.GetProperty("status").GetString());
        Assert.Equal(3, run.GetProperty("overrunSeconds").GetDouble(), 1e-6);
        Assert.False(run.GetProperty("overdue").GetBoolean());
    }

    [Fact]
    public async Task Run_Throws_Is500ThatNamesTheFunction()
    {
        await using var host = new ApiHost(tasks: new ScriptedTask("broken", async (context, _) =>
        {
            await context.RunAsync("fine", (_, _) => ValueTask.CompletedTask);
            await context.RunAsync("explode", (_, _) => ValueTask.FromException(new InvalidOperationException("no fuse")));
        }));
        using var client = host.CreateClient();
        using var response = await client.RunTaskAsync("broken");
        var problem = await response.ReadJsonAsync();
        var run = problem.GetProperty("task");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Contains("explode", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("failed", run.GetProperty("status").GetString());
        Assert.Equal("System.InvalidOperationException", run.GetProperty("error").GetProperty("type").GetString());
        Assert.Equal("no fuse", run.GetProperty("error").GetProperty("message").GetString());
        Assert.Equal("explode", run.GetProperty("error").GetProperty("function").GetString());
        Assert.Equal(["fine", "explode"], run.GetProperty("taskData").EnumerateObject().Select(function => function.Name));
    }

    [Fact]
    public async Task Run_ClientLeaves_IsCanceled()
    {
        var started = new TaskCompletionSource();
        await using var host = new ApiHost(tasks: Waiting("wait", started));
        using var client = host.CreateClient();
        using var leave = new CancellationTokenSource();
        var pending = client.PostAsJsonAsync("/api/tasks/wait", new { }, leave.Token);
        await started.Task;
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);
        var runs = await client.WaitForAsync("/api/runs?status=canceled", runs => runs.GetProperty("items").GetArrayLength() == 1);

        Assert.Equal("canceled", runs.GetProperty("items")[0].GetProperty("error").GetProperty("type").GetString());
    }

    [Fact]
    public async Task Run_OperatorCancels_TheWaitingRequestIsAnswered409WithTheRun()
    {
        var started = new TaskCompletionSource();
        await using var host = new ApiHost(tasks: Waiting("wait", started));
        using var client = host.CreateClient();
        var pending = client.RunTaskAsync("wait");
        await started.Task;
        var id = (await client.GetJsonAsync("/api/runs?status=running")).GetProperty("items")[0].GetProperty("id").GetString();
        using var cancel = await client.PostAsync($"/api/runs/{id}/cancel", content: null);
        using var response = await pending;
        using var again = await client.PostAsync($"/api/runs/{id}/cancel", content: null);

        Assert.Equal(HttpStatusCode.Accepted, cancel.StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Equal("canceled", (await response.ReadJsonAsync()).GetProperty("task").GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
    }

    [Theory]
    [InlineData("acme", "acme", true)]
    [InlineData("acme", "other", false)]
    [InlineData(null, "acme", true)]
    [InlineData("acme", null, true)]
    public async Task Run_AlreadyRunning_Is409ForTheSameOrganizationOrAll(string? first, string? second, bool conflicts)
    {
        var started = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var host = new ApiHost(tasks: new ScriptedTask("wait", (_, _) =>
        {
            started.TrySetResult();
            return release.Task;
        }));
        using var client = host.CreateClient();
        var pending = client.RunTaskAsync("wait", new { organization = first });
        await started.Task;
        var running = (await client.GetJsonAsync("/api/runs")).GetProperty("items")[0].GetProperty("id").GetString();
        var overlapping = client.RunTaskAsync("wait", new { organization = second });
        if (!conflicts)
            release.SetResult();
        using var response = await overlapping;
        if (conflicts)
        {
            Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
            Assert.Equal(running, (await response.ReadJsonAsync()).GetProperty("runId").GetString());
            using var inBackground = await RunInBackgroundAsync(client, "wait", second);
            Assert.Equal(HttpStatusCode.Conflict, inBackground.StatusCode);
            release.SetResult();
        }
        else
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        using var completed = await pending;
        Assert.Equal(HttpStatusCode.OK, completed.StatusCode);
    }

    [Fact]
    public async Task Run_RespondAsync_Is202AndGoesOnByItself()
    {
        var release = new TaskCompletionSource();
        await using var host = new ApiHost(tasks: new ScriptedTask("slow", (context, organization) =>
        {
            context.Result = organization;
            return context.RunAsync("work", (_, _) => release.Task).AsTask();
        }));
        using var client = host.CreateClient();
        using var response = await RunInBackgroundAsync(client, "slow", "acme");
        var location = response.Headers.Location!.OriginalString;
        var running = await client.GetJsonAsync(location);
        release.SetResult();
        var ended = await client.WaitForAsync(location, run => run.GetProperty("status").GetString() != "running");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("respond-async", response.Headers.GetValues("Preference-Applied").Single());
        Assert.Equal("running", running.GetProperty("status").GetString());
        Assert.Equal("completed", ended.GetProperty("status").GetString());
        Assert.Equal("acme", ended.GetProperty("result").GetString());
        Assert.Equal("http", ended.GetProperty("trigger").GetString());
    }

    [Fact]
    public async Task Run_RespondAsyncWithABadBody_Is400()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await RunInBackgroundAsync(client, "boost_low_volume_projects", "..");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Stop_WhileRunsAreInProgress_CancelsThemAndRecordsIt()
    {
        var directory = Directory.CreateTempSubdirectory("dynamic-sampling-tests-").FullName;
        var started = new TaskCompletionSource();
        string id;
        await using (var host = new ApiHost(directory: directory, tasks: Waiting("wait", started)))
        {
            using var client = host.CreateClient();
            using var response = await RunInBackgroundAsync(client, "wait", organization: null);
            id = (await response.ReadJsonAsync()).GetProperty("id").GetString()!;
            await started.Task;
        }

        await using var restarted = new ApiHost(directory: directory);
        using var later = restarted.CreateClient();
        var run = await later.GetJsonAsync($"/api/runs/{id}");
        Assert.Equal("canceled", run.GetProperty("status").GetString());
        Assert.Equal("shutdown", run.GetProperty("error").GetProperty("type").GetString());
    }

    private static async Task UntilCanceledAsync(CancellationToken cancellationToken) =>
        await new TaskCompletionSource().Task.WaitAsync(cancellationToken);

    internal static ScriptedTask Waiting(string name, TaskCompletionSource started) => new(name, async (context, _) =>
    {
        started.TrySetResult();
        await UntilCanceledAsync(context.CancellationToken);
    });

    internal static async Task<HttpResponseMessage> RunInBackgroundAsync(HttpClient client, string task, string? organization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/tasks/{task}") { Content = JsonContent.Create(new { organization }) };
        request.Headers.Add("Prefer", "wait=10, Respond-Async; foo=bar");
        return await client.SendAsync(request);
    }
}
