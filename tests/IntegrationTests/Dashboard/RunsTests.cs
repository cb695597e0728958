using System.Net;
using System.Net.ServerSentEvents;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DynamicSampling.IntegrationTests.Dashboard;

public sealed class RunsTests
{
    [Fact]
    public async Task List_Filters_AreThoseOfTheApi()
    {
        await using var host = new ApiHost(tasks:
        [
            new ScriptedTask("fine", (context, _) => context.RunAsync("work", (_, _) => Task.CompletedTask).AsTask()),
            new ScriptedTask("broken", (_, _) => throw new InvalidOperationException("no <b>luck</b>")),
        ]);
        using var client = host.CreateClient();
        using var one = await client.RunTaskAsync("fine", new { organization = "a/b%<script>" });
        host.Clock.Advance(10);
        using var two = await client.RunTaskAsync("fine", new { organization = "b" });
        using var three = await client.RunTaskAsync("broken", new { organization = "a/b%<script>" });

        Assert.Equal(3, await CountAsync(client, "/runs"));
        Assert.Equal(3, await CountAsync(client, "/runs?task=&status=&organization=&since="));
        Assert.Equal(2, await CountAsync(client, "/runs?task=fine"));
        Assert.Equal(1, await CountAsync(client, "/runs?status=failed"));
        Assert.Equal(2, await CountAsync(client, "/runs?organization=a%2Fb%25%3Cscript%3E"));
        Assert.Equal(2, await CountAsync(client, "/runs?since=2026-11-22+10:00:10"));
        Assert.Equal(0, await CountAsync(client, "/runs?task=none"));
        var failed = (await client.LookAsync("/runs?status=failed")).QuerySelector("tbody tr")!;
        Assert.Contains("no <b>luck</b>", failed.TextContent, StringComparison.Ordinal);
        Assert.Contains("a/b%<script>", failed.TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status=done", "status")]
    [InlineData("since=yesterday", "since")]
    [InlineData("organization=%00", "organization")]
    [InlineData("task=a%00&since=x", "since")]
    public async Task List_WrongFilter_Is400AndSaysWhereItIs(string query, string field)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.GetAsHtmlAsync("/runs?" + query);
        var page = await response.ReadPageAsync(response.StatusCode);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("true", page.GetElementById(field)!.GetAttribute("aria-invalid"));
        Assert.NotNull(page.QuerySelector($".notice a[href='#{field}']"));
    }

    [Fact]
    public async Task List_Pages_HaveEachRunOnceAndThoseInProgressOnTop()
    {
        var release = new TaskCompletionSource();
        await using var host = new ApiHost(tasks: [new ScriptedTask("fine", (_, _) => Task.CompletedTask), new ScriptedTask("slow", (_, _) => release.Task)]);
        using var client = host.CreateClient();
        using var slow = await Api.TasksTests.RunInBackgroundAsync(client, "slow", organization: null);
        for (var i = 0; i < 60; i++)
        {
            host.Clock.Advance(1);
            (await client.RunTaskAsync("fine")).Dispose();
        }

        var first = await client.LookAsync("/runs");
        var second = await client.LookAsync(first.QuerySelector("a[rel=next]")!.GetAttribute("href")!);
        release.SetResult();

        Assert.Single(first.QuerySelectorAll("section[aria-labelledby=running] tbody tr"));
        var listed = new[] { first, second }.SelectMany(page => page.QuerySelectorAll("section[aria-labelledby=runs] tbody th a").Select(link => link.GetAttribute("href"))).ToList();
        Assert.Equal(60, listed.Count);
        Assert.Equal(60, listed.Distinct(StringComparer.Ordinal).Count());
        Assert.Null(second.QuerySelector("a[rel=next]"));
        using var bad = await client.GetAsHtmlAsync("/runs?cursor=x");
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
    }

    [Theory]
    [InlineData("0199a000-0000-7000-8000-000000000000")]
    [InlineData("nonsense")]
    [InlineData("%3Cscript%3E")]
    public async Task Run_Unknown_Is404(string id)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        foreach (var path in new[] { $"/runs/{id}", $"/runs/{id}/live" })
        {
            using var response = await client.GetAsHtmlAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            Assert.Contains("There is no run", (await response.ReadPageAsync(response.StatusCode)).QuerySelector("main")!.TextContent, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Live_RunInProgress_SendsItsPartAndThenTheEnd()
    {
        await using var scene = await SlowRun.StartAsync();
        using var response = await scene.Client.GetAsync(scene.Path + "/live", HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        await using var events = SseParser.Create(body).EnumerateAsync().GetAsyncEnumerator();

        // At once, whatever the time is.
        Assert.True(await events.MoveNextAsync());
        Assert.Equal("part", events.Current.EventType);
        Assert.Equal("running", Badge(events.Current));
        Assert.DoesNotContain("<form", events.Current.Data, StringComparison.Ordinal);
        await scene.Host.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(1));
        scene.Host.Clock.Advance(1);
        Assert.True(await events.MoveNextAsync());
        Assert.Equal("part", events.Current.EventType);
        Assert.Contains("1.00 s so far", events.Current.Data, StringComparison.Ordinal);
        scene.Release.SetResult();
        while (events.Current.EventType == "part")
            Assert.True(await events.MoveNextAsync());
        Assert.Equal(("ended", "ended"), (events.Current.EventType, events.Current.EventId));
        Assert.Equal("completed", Badge(events.Current));
        Assert.False(await events.MoveNextAsync());
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Live_EndedRun_SaysSoOnceAndThenEndsTheEventSource()
    {
        await using var host = new ApiHost(tasks: new ScriptedTask("fine", (_, _) => Task.CompletedTask));
        using var client = host.CreateClient();
        using var run = await client.RunTaskAsync("fine");
        var path = $"/runs/{(await run.ReadJsonAsync()).GetProperty("id").GetString()}/live";
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
    public async Task Live_ServiceStops_EndsTheStream()
    {
        await using var scene = await SlowRun.StartAsync();
        using var response = await scene.Client.GetAsync(scene.Path + "/live", HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        await using var events = SseParser.Create(body).EnumerateAsync().GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());

        scene.Host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        while (await events.MoveNextAsync())
            Assert.Contains(events.Current.EventType, new[] { "part", "ended" });
    }

    [Fact]
    public async Task Cancel_RunInProgress_LeadsBackToIt()
    {
        await using var scene = await SlowRun.StartAsync();
        var page = await scene.Client.LookAsync(scene.Path);
        var form = page.QuerySelector($"form[action='{scene.Path}/cancel']");
        using var canceled = await scene.Client.SubmitAsync(form);
        await scene.Client.WaitForAsync("/api" + scene.Path, run => run.GetProperty("status").GetString() == "canceled");
        // The page that is still open.
        using var again = await scene.Client.SubmitAsync(form);
        var ended = await again.ReadPageAsync(again.StatusCode);

        Assert.Equal((HttpStatusCode.SeeOther, scene.Path), (canceled.StatusCode, canceled.Headers.Location?.OriginalString));
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        Assert.Contains("ended already. It is canceled.", ended.QuerySelector("[role=alert]")!.TextContent, StringComparison.Ordinal);
        Assert.Null(ended.QuerySelector("form, [data-live]"));
    }

    [Fact]
    public async Task Cancel_WithoutAToken_IsRefused()
    {
        await using var scene = await SlowRun.StartAsync();
        using var response = await scene.Client.PostWithoutTokenAsync(scene.Path + "/cancel");
        var run = await scene.Client.GetJsonAsync("/api" + scene.Path);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("antiforgery", (await response.ReadPageAsync(response.StatusCode)).QuerySelector("main")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("running", run.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Keys_OfAnOrganization_SeeItsRunsOnly()
    {
        await using var host = TestKeys.Host(["b"], TestKeys.Both("a"));
        using var root = host.CreateClient(TestKeys.Root);
        using var run = await root.RunTaskAsync("collect_orgs", new { organization = "b" });
        var path = $"/runs/{(await run.ReadJsonAsync()).GetProperty("id").GetString()}";
        using var own = host.CreateClient(TestKeys.Of("read", "b"));
        using var other = host.CreateClient(TestKeys.Of("both", "a"));
        using var foreign = await other.GetAsHtmlAsync("/runs?organization=b");
        using var hidden = await other.GetAsHtmlAsync(path);
        using var stream = await other.GetAsHtmlAsync(path + "/live");

        Assert.Equal(1, await CountAsync(own, "/runs"));
        Assert.Equal(0, await CountAsync(other, "/runs"));
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        Assert.Equal("true", (await foreign.ReadPageAsync(foreign.StatusCode)).GetElementById("organization")!.GetAttribute("aria-invalid"));
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (hidden.StatusCode, stream.StatusCode));
        Assert.Equal(["b"], (await own.LookAsync("/runs")).QuerySelectorAll("datalist option").Select(option => option.GetAttribute("value")));
    }

    private static string Badge(SseItem<string> item) => new HtmlParser().ParseDocument(item.Data).QuerySelector(".badge")!.TextContent;

    private static async Task<int> CountAsync(HttpClient client, string path) => (await client.LookAsync(path)).QuerySelectorAll("tbody tr").Length;

    /// <summary>A service with a run in progress.</summary>
    private sealed class SlowRun : IAsyncDisposable
    {
        private SlowRun(ApiHost host, HttpClient client) => (Host, Client) = (host, client);

        public ApiHost Host { get; }

        public HttpClient Client { get; }

        public TaskCompletionSource Release { get; private init; } = null!;

        public string Path { get; private set; } = "";

        public static async Task<SlowRun> StartAsync()
        {
            var (reached, release) = (new TaskCompletionSource(), new TaskCompletionSource());
            var host = new ApiHost(tasks: new ScriptedTask("slow", (context, _) => context.RunAsync("work", (_, cancellationToken) =>
            {
                reached.SetResult();
                return release.Task.WaitAsync(cancellationToken);
            }).AsTask()));
            var scene = new SlowRun(host, host.CreateClient()) { Release = release };
            using var started = await scene.Client.SubmitAsync((await scene.Client.LookAsync("/tasks/slow")).QuerySelector("form[method=post]"));
            scene.Path = started.Headers.Location!.OriginalString;
            await reached.Task;
            return scene;
        }

        public async ValueTask DisposeAsync()
        {
            Release.TrySetResult();
            Client.Dispose();
            await Host.DisposeAsync();
        }
    }
}
