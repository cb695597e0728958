using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DynamicSampling.Api.Notifications;
using DynamicSampling.IntegrationTests.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Api;

/// <summary>Announcements of custom rules whose samples are collected, to a receiver on a socket.</summary>
public class WebhookTests
{
    private const string Rules = "/api/organizations/acme/custom-rules";

    [Fact]
    public async Task Announce_SamplesCollected_PostsItOnce()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = HostOf(receiver);
        using var client = host.CreateClient();
        var id = await CreateRuleAsync(client, samples: 5);
        await KeepAsync(client, 4);
        var before = await RunAsync(client);
        await KeepAsync(client, 1);
        var dry = await RunAsync(client, dryRun: true);
        var notYet = receiver.Requests.Count;
        var now = await RunAsync(client);
        var again = await RunAsync(client);

        Assert.Equal((0, 1, 0, 1, 0), (before, dry, notYet, now, again));
        var request = Assert.Single(receiver.Requests);
        Assert.Equal($"{id}-5", request.Key);
        using var body = JsonDocument.Parse(request.Body);
        Assert.Equal(
            ("custom_rule.samples_collected", "acme", "checkout", id, "why", 5, 5),
            (body.RootElement.GetProperty("type").GetString(), body.RootElement.GetProperty("organization").GetString(), body.RootElement.GetProperty("project").GetString(),
                body.RootElement.GetProperty("rule").GetString(), body.RootElement.GetProperty("description").GetString(), body.RootElement.GetProperty("samples").GetInt64(),
                body.RootElement.GetProperty("collected").GetDouble()));
        Assert.NotEqual(JsonValueKind.Null, (await client.GetJsonAsync($"{Rules}/{id}")).GetProperty("announcedAt").ValueKind);
    }

    [Fact]
    public async Task Announce_MoreSamplesThanBefore_IsNewsUnderAKeyOfItsOwn()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = HostOf(receiver);
        using var client = host.CreateClient();
        var id = await CreateRuleAsync(client, samples: 5);
        await KeepAsync(client, 5);
        await RunAsync(client);
        using var extended = await client.PatchAsync($"{Rules}/{id}", Bodies.Of("""{"samples":8}"""));
        await RunAsync(client);
        await KeepAsync(client, 3);
        await RunAsync(client);

        Assert.Equal([$"{id}-5", $"{id}-8"], receiver.Requests.Select(request => request.Key));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(404)]
    [InlineData(302)]
    public async Task Announce_ReceiverDoesNotTakeIt_ComesAgainInTheNextRun(int status)
    {
        await using var receiver = await Receiver.StartAsync(status);
        await using var host = HostOf(receiver);
        using var client = host.CreateClient();
        var id = await CreateRuleAsync(client, samples: 1);
        await KeepAsync(client, 1);
        using var response = await client.RunTaskAsync("custom_rule_notifications");
        var failed = (await response.ReadJsonAsync()).GetProperty("result");
        var unannounced = await client.GetJsonAsync($"{Rules}/{id}");
        receiver.Status = 204;
        var announced = await RunAsync(client);

        Assert.Equal((0, 1), (failed.GetProperty("announced").GetInt32(), failed.GetProperty("failed").GetInt32()));
        Assert.Equal(id, failed.GetProperty("failures")[0].GetProperty("rule").GetString());
        Assert.Contains($"answered {status}", failed.GetProperty("failures")[0].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, unannounced.GetProperty("announcedAt").ValueKind);
        Assert.Equal(1, announced);
        // A redirect is not followed: both came to the same place.
        Assert.Equal(["/hook", "/hook"], receiver.Requests.Select(request => request.Path));
        Assert.Single(receiver.Requests.Select(request => request.Key).Distinct());
    }

    [Fact]
    public async Task Announce_ReceiverTakesTooLong_SaysSo()
    {
        await using var receiver = await Receiver.StartAsync(status: 0);
        var isAsked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        receiver.Meanwhile = () =>
        {
            isAsked.SetResult();
            return Task.CompletedTask;
        };
        await using var host = HostOf(receiver);
        using var client = host.CreateClient();
        await CreateRuleAsync(client, samples: 1);
        await KeepAsync(client, 1);
        var running = client.RunTaskAsync("custom_rule_notifications");
        await isAsked.Task;
        host.Clock.Advance(60);
        using var response = await running;
        var result = (await response.ReadJsonAsync()).GetProperty("result");

        Assert.Contains("longer than 60 s (Notifications:Timeout)", result.GetProperty("failures")[0].GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(408)]
    [InlineData(429)]
    public async Task Announce_ReceiverHasTrouble_IsTriedAgainUnderTheSameKey(int status)
    {
        await using var receiver = await Receiver.StartAsync(status);
        // A time that no other timer has.
        receiver.RetryAfter = "7";
        await using var host = HostOf(receiver, retries: 3);
        using var client = host.CreateClient();
        await CreateRuleAsync(client, samples: 1);
        await KeepAsync(client, 1);
        var running = RunAsync(client);
        await host.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(7), after: TimeSpan.FromSeconds(6));
        receiver.Status = 204;
        host.Clock.Advance(7);

        Assert.Equal(1, await running);
        Assert.Equal(2, receiver.Requests.Count);
        Assert.Single(receiver.Requests.Select(request => (request.Key, request.Body)).Distinct());
    }

    [Fact]
    public async Task Announce_ReceiverSaysWhen_IsTriedAgainThen()
    {
        await using var receiver = await Receiver.StartAsync(503);
        receiver.RetryAfter = "40";
        await using var host = HostOf(receiver, retries: 3);
        using var client = host.CreateClient();
        await CreateRuleAsync(client, samples: 1);
        await KeepAsync(client, 1);
        var running = RunAsync(client);
        await host.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(40), after: TimeSpan.FromSeconds(39));
        host.Clock.Advance(39);
        var before = receiver.Requests.Count;
        receiver.Status = 204;
        host.Clock.Advance(1);

        Assert.Equal((1, 1), (before, await running));
        Assert.Equal(2, receiver.Requests.Count);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(302)]
    public async Task Announce_ReceiverDoesNotWantIt_IsNotTriedAgain(int status)
    {
        await using var receiver = await Receiver.StartAsync(status);
        await using var host = HostOf(receiver, retries: 3);
        using var client = host.CreateClient();
        await CreateRuleAsync(client, samples: 1);
        await KeepAsync(client, 1);

        Assert.Equal(0, await RunAsync(client));
        Assert.Single(receiver.Requests);
    }

    [Fact]
    public async Task Announce_ReceiverOnThisMachine_IsRefusedUnlessItIsAllowed()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = new ApiHost(web => web.UseSetting("Notifications:WebhookUrl", receiver.Address + "/hook"));
        using var client = host.CreateClient();
        await CreateRuleAsync(client, samples: 1);
        await KeepAsync(client, 1);

        var error = await FailureAsync(client);
        Assert.Contains("Address 127.0.0.1", error, StringComparison.Ordinal);
        Assert.Contains("Notifications:AllowPrivateNetworks", error, StringComparison.Ordinal);
        Assert.Empty(receiver.Requests);
    }

    // What counts is the address that is connected to, and not one that the name had before.
    [Fact]
    public async Task Announce_NameThatPointsIntoAPrivateNetwork_IsRefused()
    {
        await using var host = new ApiHost(web => web
            .UseSetting("Notifications:WebhookUrl", "http://hooks.example/")
            .ConfigureTestServices(services => services.AddSingleton<WebhookNames>(new Names(IPAddress.Parse("169.254.169.254"), IPAddress.Parse("::ffff:10.0.0.1")))));
        using var client = host.CreateClient();
        await CreateRuleAsync(client, samples: 1);
        await KeepAsync(client, 1);

        Assert.Contains("Address 169.254.169.254 of host 'hooks.example'", await FailureAsync(client), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Announce_NameOfAnAllowedHost_ConnectsToTheAddressThatWasLookedAt()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = new ApiHost(web => web
            .UseSetting("Notifications:WebhookUrl", $"http://a.hooks.example:{new Uri(receiver.Address).Port}/hook")
            .UseSetting("Notifications:AllowedHosts", "other.example; *.hooks.example")
            .UseSetting("Notifications:AllowPrivateNetworks", "true")
            .ConfigureTestServices(services => services.AddSingleton<WebhookNames>(new Names(IPAddress.Loopback))));
        using var client = host.CreateClient();
        await CreateRuleAsync(client, samples: 1);
        await KeepAsync(client, 1);

        Assert.Equal(1, await RunAsync(client));
        Assert.Single(receiver.Requests);
    }

    [Fact]
    public async Task Announce_RuleIsExtendedMeanwhile_KeepsItsNewEndAndSamples()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var host = HostOf(receiver);
        using var client = host.CreateClient();
        var id = await CreateRuleAsync(client, samples: 1);
        await KeepAsync(client, 1);
        receiver.Meanwhile = async () =>
        {
            using var extended = await client.PatchAsync($"{Rules}/{id}", Bodies.Of("""{"samples":100,"end":"2026-11-24T09:00:00Z"}"""));
            Assert.Equal(HttpStatusCode.OK, extended.StatusCode);
        };
        await RunAsync(client);
        var rule = await client.GetJsonAsync($"{Rules}/{id}");

        Assert.Equal((100, "2026-11-24T09:00:00.000Z"), (rule.GetProperty("samples").GetInt64(), rule.GetProperty("end").GetString()));
        Assert.Equal(JsonValueKind.Null, rule.GetProperty("announcedAt").ValueKind);
        Assert.Equal(1, rule.GetProperty("collected").GetDouble());
    }

    [Fact]
    public async Task Announce_NoWebhook_IsAnnouncedToTheLogOnly()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await CreateRuleAsync(client, samples: 1);
        await KeepAsync(client, 1);

        Assert.Equal(1, await RunAsync(client));
        Assert.Equal(0, await RunAsync(client));
    }

    [Fact]
    public async Task Run_RuleHasExpired_DeactivatesIt()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await CreateRuleAsync(client, samples: 1);
        host.Clock.Advance(TimeSpan.FromDays(1));
        using var response = await client.RunTaskAsync("custom_rule_notifications");
        using var again = await client.RunTaskAsync("custom_rule_notifications");

        Assert.Equal(1, (await response.ReadJsonAsync()).GetProperty("result").GetProperty("deactivated").GetInt32());
        Assert.Equal(0, (await again.ReadJsonAsync()).GetProperty("result").GetProperty("rules").GetInt32());
        Assert.Equal(1, host.Count("custom_rules WHERE deactivated_at IS NOT NULL"));
    }

    private static ApiHost HostOf(Receiver receiver, int retries = 0) => new(web => web
        .UseSetting("Notifications:WebhookUrl", receiver.Address + "/hook")
        .UseSetting("Notifications:AllowPrivateNetworks", "true")
        .UseSetting("Notifications:Timeout", "00:01:00")
        .UseSetting("Notifications:TotalTimeout", "00:05:00")
        .UseSetting("Notifications:Retries", $"{retries}"))
    {
        // Nothing else there has a timer that fires soon.
        Storage = TestStorage.Sqlite,
    };

    private static async Task<string> CreateRuleAsync(HttpClient client, long samples)
    {
        using var response = await client.PostAsync(Rules, Bodies.Of(
            $$"""{"condition":{"op":"eq","name":"event.transaction","value":["GET /"]},"samples":{{samples}},"end":"2026-11-23T10:00:00Z","project":"checkout","description":"why"}"""));
        response.EnsureSuccessStatusCode();
        return (await response.ReadJsonAsync()).GetProperty("id").GetString()!;
    }

    private static async Task KeepAsync(HttpClient client, double kept)
    {
        using var response = await client.PostAsJsonAsync("/api/volumes", new[]
        {
            new { organization = "acme", project = "checkout", transaction = "GET /", total = 10.0, kept },
            new { organization = "acme", project = "checkout", transaction = "GET /other", total = 10.0, kept = 10.0 },
            new { organization = "acme", project = "search", transaction = "GET /", total = 10.0, kept = 10.0 },
        });
        response.EnsureSuccessStatusCode();
    }

    private static async Task<string?> FailureAsync(HttpClient client)
    {
        using var response = await client.RunTaskAsync("custom_rule_notifications");
        return (await response.ReadJsonAsync()).GetProperty("result").GetProperty("failures")[0].GetProperty("error").GetString();
    }

    private static async Task<int> RunAsync(HttpClient client, bool dryRun = false)
    {
        using var response = await client.RunTaskAsync("custom_rule_notifications", new { dryRun });
        return (await response.ReadJsonAsync()).GetProperty("result").GetProperty("announced").GetInt32();
    }

    private sealed class Names(params IPAddress[] addresses) : WebhookNames
    {
        public override Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => Task.FromResult(addresses);
    }

    private sealed class Receiver : IAsyncDisposable
    {
        private readonly WebApplication _app;

        private Receiver(WebApplication app, int status)
        {
            _app = app;
            Status = status;
        }

        public ConcurrentQueue<(string Path, string? Key, string Body)> Requests { get; } = new();

        /// <summary>What it answers; 0 for nothing until the caller gives up.</summary>
        public int Status { get; set; }

        public Func<Task>? Meanwhile { get; set; }

        public string? RetryAfter { get; set; }

        public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

        public static async Task<Receiver> StartAsync(int status = 200)
        {
            var builder = WebApplication.CreateEmptyBuilder(new());
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port: 0));
            var receiver = new Receiver(builder.Build(), status);
            receiver._app.Run(receiver.HandleAsync);
            await receiver._app.StartAsync();
            return receiver;
        }

        public async ValueTask DisposeAsync() => await _app.DisposeAsync();

        private async Task HandleAsync(HttpContext context)
        {
            using var reader = new StreamReader(context.Request.Body);
            Requests.Enqueue((context.Request.Path.Value!, context.Request.Headers["Idempotency-Key"], await reader.ReadToEndAsync()));
            if (Meanwhile is not null)
                await Meanwhile();
            if (Status == 0)
                await AbortedAsync(context);
            context.Response.StatusCode = Status == 0 ? 500 : Status;
            context.Response.Headers.RetryAfter = RetryAfter;
            if (Status is >= 300 and < 400)
                context.Response.Headers.Location = "/elsewhere";
        }

        private static async Task AbortedAsync(HttpContext context)
        {
            var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = context.RequestAborted.Register(aborted.SetResult);
            await aborted.Task;
        }
    }
}
