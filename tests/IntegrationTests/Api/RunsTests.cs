using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace DynamicSampling.IntegrationTests.Api;

public class RunsTests
{
    [Fact]
    public async Task Get_RunningRun_ShowsItsTimersAsTheyAre()
    {
        var release = new TaskCompletionSource();
        await using var host = new ApiHost(tasks: new ScriptedTask("slow", (context, _) => context.RunAsync("work", (_, _) => release.Task).AsTask()));
        using var client = host.CreateClient();
        using var response = await TasksTests.RunInBackgroundAsync(client, "slow", organization: null);
        var location = response.Headers.Location!.OriginalString;
        await client.WaitForAsync(location, run => run.GetProperty("taskData").TryGetProperty("work", out _));
        host.Clock.Advance(2);
        var first = await client.GetJsonAsync(location);
        host.Clock.Advance(3);
        var second = await client.GetJsonAsync(location);
        release.SetResult();

        Assert.Equal(2, first.GetProperty("taskData").GetProperty("work").GetProperty("executionTime").GetDouble(), 1e-6);
        Assert.Equal(5, second.GetProperty("taskData").GetProperty("work").GetProperty("executionTime").GetDouble(), 1e-6);
        Assert.Equal(5, second.GetProperty("seconds").GetDouble(), 1e-6);
    }

    [Theory]
    [InlineData("0199a000-0000-7000-8000-000000000000")]
    [InlineData("nonsense")]
    [InlineData("%7B0199a000-0000-7000-8000-000000000000%7D")]
    [InlineData("%0D%0A0199a000-0000-7000-8000-000000000000")]
    public async Task Get_UnknownRun_Is404(string id)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        foreach (var path in new[] { $"/api/runs/{id}", $"/api/runs/{id}/events" })
        {
            using var response = await client.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }

        using var cancel = await client.PostAsync($"/api/runs/{id}/cancel", content: null);
        Assert.Equal(HttpStatusCode.NotFound, cancel.StatusCode);
    }

    [Fact]
    public async Task List_Filters_ByTaskStatusOrganizationAndTime()
    {
        await using var host = new ApiHost(tasks:
        [
            new ScriptedTask("fine", (_, _) => Task.CompletedTask),
            new ScriptedTask("broken", (_, _) => throw new InvalidOperationException("no")),
        ]);
        using var client = host.CreateClient();
        using var one = await client.RunTaskAsync("fine", new { organization = "a" });
        host.Clock.Advance(10);
        using var two = await client.RunTaskAsync("fine", new { organization = "b" });
        using var three = await client.RunTaskAsync("broken", new { organization = "a" });

        Assert.Equal(3, await CountAsync(client, ""));
        Assert.Equal(2, await CountAsync(client, "?task=fine"));
        Assert.Equal(2, await CountAsync(client, "?task=dynamic_sampling.tasks.fine"));
        Assert.Equal(1, await CountAsync(client, "?status=failed"));
        Assert.Equal(2, await CountAsync(client, "?organization=a"));
        Assert.Equal(1, await CountAsync(client, "?organization=a&task=fine&status=completed"));
        Assert.Equal(2, await CountAsync(client, "?since=2026-11-22T10:00:10Z"));
        Assert.Equal(0, await CountAsync(client, "?since=2026-11-22T12:00:11%2B01:00&task=none"));
    }

    [Theory]
    [InlineData("status=done", "status")]
    [InlineData("since=yesterday", "since")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=1001", "limit")]
    [InlineData("limit=x", "limit")]
    [InlineData("cursor=x", "cursor")]
    [InlineData("cursor=eyJJZCI6MX0", "cursor")]
    [InlineData("task=a%00", "task must not have the character U+0000")]
    [InlineData("organization=%00", "organization must not have the character U+0000")]
    public async Task List_BadQuery_Is400ThatNamesTheParameter(string query, string named)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.GetAsync($"/api/runs?{query}");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(named, (await response.ReadJsonAsync()).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_Pages_AreNewestFirstWithoutGapsOrRepeats()
    {
        await using var host = new ApiHost(tasks: new ScriptedTask("fine", (_, _) => Task.CompletedTask));
        using var client = host.CreateClient();
        var started = new List<string?>();
        for (var i = 0; i < 5; i++)
        {
            using var response = await client.RunTaskAsync("fine");
            started.Insert(0, (await response.ReadJsonAsync()).GetProperty("id").GetString());
            host.Clock.Advance(1);
        }

        var listed = new List<string?>();
        string? cursor = null;
        do
        {
            var page = await client.GetJsonAsync($"/api/runs?limit=2&cursor={cursor}");
            listed.AddRange(page.GetProperty("items").EnumerateArray().Select(run => run.GetProperty("id").GetString()));
            cursor = page.GetProperty("next").GetString();
        }
        while (cursor is not null);

        Assert.Equal(started, listed);
    }

    [Fact]
    public async Task Events_RunningRun_SendsSnapshotsAndThenTheEnd()
    {
        var release = new TaskCompletionSource();
        await using var host = new ApiHost(tasks: new ScriptedTask("slow", (context, _) => context.RunAsync("work", (_, _) => release.Task).AsTask()));
        using var client = host.CreateClient();
        using var started = await TasksTests.RunInBackgroundAsync(client, "slow", organization: null);
        using var response = await client.GetAsync(started.Headers.Location!.OriginalString + "/events", HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        await using var events = SseParser.Create(body).EnumerateAsync().GetAsyncEnumerator();

        Assert.True(await events.MoveNextAsync());
        Assert.Equal(("snapshot", 0.0), Describe(events.Current));
        // The stream's.
        await host.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(1));
        host.Clock.Advance(1);
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(("snapshot", 1.0), Describe(events.Current));
        release.SetResult();
        while (events.Current.EventType == "snapshot")
            Assert.True(await events.MoveNextAsync());
        Assert.Equal(("ended", 1.0), Describe(events.Current));
        Assert.Equal("ended", events.Current.EventId);
        Assert.Equal("completed", Parse(events.Current).GetProperty("status").GetString());
        Assert.False(await events.MoveNextAsync());
    }

    [Fact]
    public async Task Events_EndedRun_SendsTheEndOnceAndThenEndsTheEventSource()
    {
        await using var host = new ApiHost(tasks: new ScriptedTask("fine", (_, _) => Task.CompletedTask));
        using var client = host.CreateClient();
        using var run = await client.RunTaskAsync("fine");
        var path = run.Content.Headers.ContentLocation!.OriginalString + "/events";
        using var response = await client.GetAsync(path);
        await using var body = await response.Content.ReadAsStreamAsync();
        var events = new List<SseItem<string>>();
        await foreach (var item in SseParser.Create(body).EnumerateAsync())
            events.Add(item);
        using var reconnect = new HttpRequestMessage(HttpMethod.Get, path);
        reconnect.Headers.Add("Last-Event-ID", events[^1].EventId);
        using var over = await client.SendAsync(reconnect);

        Assert.Equal("ended", Assert.Single(events).EventType);
        Assert.Equal(HttpStatusCode.NoContent, over.StatusCode);
    }

    [Fact]
    public async Task Restart_RunWasInProgressWhenTheProcessDied_IsLost()
    {
        var directory = Directory.CreateTempSubdirectory("dynamic-sampling-tests-").FullName;
        const string Id = "0199a000-0000-7000-8000-000000000000";
        await using (var host = new ApiHost(directory: directory))
        {
            using var client = host.CreateClient();
            // What a process that is killed leaves behind.
            host.Sql(
                $"""
                INSERT INTO runs (id, task, task_name, status, "trigger", started_at, max_seconds, seconds, overrun_seconds, task_data)
                VALUES ('{Id}', 'slow', 'dynamic_sampling.tasks.slow', 'running', 'Http', 1795000000000, 420, 0, 0, '{"{}"}')
                """);
        }

        await using var restarted = new ApiHost(directory: directory);
        using var later = restarted.CreateClient();
        var run = await later.GetJsonAsync($"/api/runs/{Id}");
        Assert.Equal("lost", run.GetProperty("status").GetString());
        Assert.Equal("lost", run.GetProperty("error").GetProperty("type").GetString());
        Assert.Equal(1, await CountAsync(later, "?status=lost"));
    }

    private static async Task<int> CountAsync(HttpClient client, string query) =>
        (await client.GetJsonAsync("/api/runs" + query)).GetProperty("items").GetArrayLength();

    private static (string, double) Describe(SseItem<string> item) => (item.EventType, Math.Round(Parse(item).GetProperty("seconds").GetDouble(), 6));

    private static JsonElement Parse(SseItem<string> item)
    {
        using var document = JsonDocument.Parse(item.Data);
        return document.RootElement.Clone();
    }
}
