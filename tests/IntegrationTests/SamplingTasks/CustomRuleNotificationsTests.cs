using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DynamicSampling.Api.Storage;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.Tasks.Sampling;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.SamplingTasks;

public class CustomRuleNotificationsTests
{
    private const string TaskName = "custom_rule_notifications";

    private static readonly object Checkout = new { op = "glob", name = "event.transaction", value = new[] { "*checkout*" } };

    [Fact]
    public async Task Run_SamplesAreCollected_AnnouncesThemOnce()
    {
        var webhook = new Webhook();
        await using var host = webhook.Host();
        using var client = host.CreateClient();
        var rule = await AddAsync(client, new { condition = Checkout, samples = 10, end = host.Clock.GetUtcNow().AddHours(1), description = "why so slow" });
        await client.PostAsync(new Volume("p", "GET /checkout", 100, 9), new Volume("p", "GET /other", 100, 50));
        var tooFew = await client.RunAsync(TaskName);
        await client.PostAsync(new Volume("q", "POST /checkout", 100, 1));
        var complete = await client.RunAsync(TaskName);
        var again = await client.RunAsync(TaskName);
        var after = await GetAsync(client, rule);

        Assert.Equal((0, 1, 0), (Count(tooFew, "announced"), Count(complete, "announced"), Count(again, "announced")));
        var (body, key) = Assert.Single(webhook.Received);
        Assert.Equal("custom_rule.samples_collected", body.Text("type"));
        Assert.Equal("acme", body.Text("organization"));
        Assert.Equal("why so slow", body.Text("description"));
        Assert.Equal(rule, body.Text("rule"));
        Assert.Equal($"{rule}-10", key);
        Assert.Equal((10, 10), (body.Number("samples"), body.Number("collected")));
        Assert.Equal(host.Clock.GetUtcNow(), after.GetProperty("announcedAt").GetDateTimeOffset());
        Assert.True(after.GetProperty("active").GetBoolean());
    }

    [Fact]
    public async Task Run_BeforeItsStart_CountsNothing()
    {
        await using var host = new Webhook().Host();
        using var client = host.CreateClient();
        var start = host.Clock.GetUtcNow();
        await client.PostAsync(new Volume("p", "checkout", 100, 100, start.AddMinutes(-1)), new Volume("p", "checkout", 100, 100));
        var rule = await AddAsync(client, new { condition = Checkout, samples = 10, start = start.AddMinutes(5), end = start.AddMinutes(10) });
        await client.PostAsync(new Volume("p", "checkout", 100, 100, start.AddMinutes(4)));
        var before = await client.RunAsync(TaskName);
        host.Clock.Advance(TimeSpan.FromMinutes(6));
        await client.PostAsync(new Volume("p", "checkout", 100, 3));
        await client.RunAsync(TaskName);
        var counted = await GetAsync(client, rule);
        host.Clock.Advance(TimeSpan.FromMinutes(5));
        await client.PostAsync(new Volume("p", "checkout", 100, 100));
        await client.RunAsync(TaskName);

        Assert.Equal(0, Count(before, "announced"));
        Assert.Equal(3, counted.Number("collected"));
        Assert.Equal(3, (await GetAsync(client, rule)).Number("collected"));
    }

    [Fact]
    public async Task Run_OfAProject_CountsOnlyThat()
    {
        await using var host = new Webhook().Host();
        using var client = host.CreateClient();
        var rule = await AddAsync(client, new { condition = Checkout, samples = 10, project = "p", end = host.Clock.GetUtcNow().AddHours(1) });
        await client.PostAsync(new Volume("p", "checkout", 100, 3), new Volume("q", "checkout", 100, 50));
        await client.RunAsync(TaskName);

        Assert.Equal(3, (await GetAsync(client, rule)).Number("collected"));
    }

    [Fact]
    public async Task Run_Expired_IsDeactivated()
    {
        await using var host = new Webhook().Host();
        using var client = host.CreateClient();
        var rule = await AddAsync(client, new { condition = Checkout, samples = 10, end = host.Clock.GetUtcNow().AddMinutes(10) });
        host.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(1));
        var before = await client.RunAsync(TaskName);
        host.Clock.Advance(TimeSpan.FromMilliseconds(1));
        var after = await client.RunAsync(TaskName);
        var again = await client.RunAsync(TaskName);

        Assert.Equal((0, 1, 0), (Count(before, "deactivated"), Count(after, "deactivated"), Count(again, "deactivated")));
        Assert.Equal(0, Count(again, "rules"));
        Assert.False((await GetAsync(client, rule)).GetProperty("active").GetBoolean());
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.Redirect)]
    [InlineData(null)]
    public async Task Run_WebhookFails_IsTriedAgainAndHoldsUpNoOther(HttpStatusCode? answer)
    {
        var webhook = new Webhook { Answer = answer };
        await using var host = webhook.Host();
        using var client = host.CreateClient();
        var rule = await AddAsync(client, new { condition = Checkout, samples = 10, end = host.Clock.GetUtcNow().AddHours(1) });
        await AddAsync(client, new { condition = Checkout, samples = 1000, end = host.Clock.GetUtcNow().AddHours(1) });
        await client.PostAsync(new Volume("p", "checkout", 100, 10));
        var failed = await client.RunAsync(TaskName);
        webhook.Answer = HttpStatusCode.NoContent;
        var later = await client.RunAsync(TaskName);

        Assert.Equal((2, 1, 0), (Count(failed, "rules"), Count(failed, "failed"), Count(failed, "announced")));
        Assert.Equal(rule, failed.GetProperty("failures")[0].Text("rule"));
        Assert.Equal((0, 1), (Count(later, "failed"), Count(later, "announced")));
        Assert.Equal(2, webhook.Received.Count);
        Assert.All(webhook.Received, received => Assert.Equal($"{rule}-10", received.Key));
    }

    [Fact]
    public async Task Run_WebhookFailsForAnExpiredRule_IsDeactivatedAllTheSame()
    {
        var webhook = new Webhook { Answer = HttpStatusCode.InternalServerError };
        await using var host = webhook.Host();
        using var client = host.CreateClient();
        var rule = await AddAsync(client, new { condition = Checkout, samples = 10, end = host.Clock.GetUtcNow().AddMinutes(10) });
        await client.PostAsync(new Volume("p", "checkout", 100, 10));
        host.Clock.Advance(TimeSpan.FromMinutes(11));
        var failed = await client.RunAsync(TaskName);
        var later = await client.RunAsync(TaskName);

        Assert.Equal((1, 1), (Count(failed, "failed"), webhook.Received.Count));
        Assert.Equal(0, Count(later, "rules"));
        Assert.False((await GetAsync(client, rule)).GetProperty("active").GetBoolean());
    }

    // The rules at the end never got their turn.
    [Fact]
    public async Task Run_BudgetIsUsedUp_TheNextOneGoesOnAndForgetsNoAnnouncement()
    {
        var webhook = new Webhook();
        await using var host = webhook.Host();
        webhook.OnReceived = () => host.Clock.Advance(TimeSpan.FromSeconds(421));
        using var client = host.CreateClient();
        foreach (var samples in (int[])[10, 11, 12])
            await AddAsync(client, new { condition = Checkout, samples, end = host.Clock.GetUtcNow().AddHours(1) });
        await client.PostAsync(new Volume("p", "checkout", 100, 50));
        using var first = await client.RunTaskAsync(TaskName);
        using var second = await client.RunTaskAsync(TaskName);
        using var third = await client.RunTaskAsync(TaskName);
        webhook.OnReceived = null;
        var last = await client.RunAsync(TaskName);

        Assert.Equal(
            (HttpStatusCode.GatewayTimeout, HttpStatusCode.GatewayTimeout, HttpStatusCode.GatewayTimeout),
            (first.StatusCode, second.StatusCode, third.StatusCode));
        Assert.Equal(3, webhook.Received.Select(received => received.Key).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(3, webhook.Received.Count);
        Assert.Equal((3, 0), (Count(last, "rules"), Count(last, "announced")));
    }

    [Fact]
    public async Task Run_DryRun_AnnouncesAndStoresNothing()
    {
        var webhook = new Webhook();
        await using var host = webhook.Host();
        using var client = host.CreateClient();
        var rule = await AddAsync(client, new { condition = Checkout, samples = 10, end = host.Clock.GetUtcNow().AddHours(1) });
        await client.PostAsync(new Volume("p", "checkout", 100, 10));
        var result = await client.RunAsync(TaskName, dryRun: true);

        Assert.Equal(1, Count(result, "announced"));
        Assert.Empty(webhook.Received);
        Assert.Equal(JsonValueKind.Null, (await GetAsync(client, rule)).GetProperty("announcedAt").ValueKind);
    }

    // What the task had read was put back, and the extension was lost.
    [Fact]
    public async Task Update_RuleWasExtendedMeanwhile_StaysExtended()
    {
        await using var host = new Webhook().Host();
        using var client = host.CreateClient();
        var end = host.Clock.GetUtcNow().AddMinutes(10);
        var id = await AddAsync(client, new { condition = Checkout, samples = 10, end });
        var store = host.Services.GetRequiredService<SqlCustomRuleStore>();
        var read = (await store.FindAsync("acme", Guid.Parse(id), CancellationToken.None))!;
        using var extended = await client.PatchAsJsonAsync($"/api/organizations/acme/custom-rules/{id}", new { samples = 50, end = end.AddHours(1) });
        await ((ICustomRuleStore)store).UpdateAsync(read with { Collected = 12, AnnouncedAt = end, DeactivatedAt = end }, CancellationToken.None);
        var rule = await GetAsync(client, id);

        Assert.Equal(HttpStatusCode.OK, extended.StatusCode);
        Assert.Equal((50, 12), (rule.Number("samples"), rule.Number("collected")));
        Assert.Equal(end.AddHours(1), rule.GetProperty("end").GetDateTimeOffset());
        Assert.Equal(JsonValueKind.Null, rule.GetProperty("announcedAt").ValueKind);
        Assert.True(rule.GetProperty("active").GetBoolean());
    }

    private static int Count(JsonElement result, string member) => result.GetProperty(member).GetInt32();

    private static async Task<string> AddAsync(HttpClient client, object rule)
    {
        using var response = await client.PostAsJsonAsync("/api/organizations/acme/custom-rules", rule);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return (await response.ReadJsonAsync()).Text("id")!;
    }

    private static Task<JsonElement> GetAsync(HttpClient client, string rule) => client.GetJsonAsync($"/api/organizations/acme/custom-rules/{rule}");

    /// <summary>The receiver of announcements.</summary>
    private sealed class Webhook : HttpMessageHandler
    {
        /// <summary>What it answers; null to hang up.</summary>
        public HttpStatusCode? Answer { get; set; } = HttpStatusCode.OK;

        public Action? OnReceived { get; set; }

        public ConcurrentQueue<(JsonElement Body, string Key)> Received { get; } = [];

        public ApiHost Host() => new(builder => builder.UseSetting("Notifications:WebhookUrl", "http://receiver.test/hook")
            .UseSetting("Notifications:Retries", "0")
            .ConfigureTestServices(services => services.AddHttpClient("webhook").ConfigurePrimaryHttpMessageHandler(() => this)));

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var body = await JsonDocument.ParseAsync(await request.Content!.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
            Received.Enqueue((body.RootElement.Clone(), request.Headers.GetValues("Idempotency-Key").Single()));
            OnReceived?.Invoke();
            return new(Answer ?? throw new HttpRequestException("hung up"));
        }
    }
}
