using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DynamicSampling.Api.Ingest;
using DynamicSampling.Api.Ingest.Traffic;
using DynamicSampling.IntegrationTests.Api;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DynamicSampling.IntegrationTests.Ingest;

/// <summary>Counts get from memory to storage: all of them, and once.</summary>
public sealed class VolumeFlusherTests
{
    private const string Volumes = "/api/organizations/default/volumes?by=transaction";

    [Fact]
    public async Task Flush_EverySecond_StoresWhatWasCounted()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Ingest:FlushInterval", "00:00:01"));
        using var client = host.CreateClient();
        await client.SendTracesAsync(Traces.Roots("checkout", "GET /cart", 3, host.Clock.GetUtcNow()));
        Assert.Equal(0, host.Count("volumes"));

        host.Clock.Advance(TimeSpan.FromSeconds(1));

        var volumes = await client.WaitForAsync(Volumes, json => json.GetProperty("items").GetArrayLength() > 0);
        Assert.Equal("""{"project":"checkout","transaction":"GET /cart","total":3,"kept":3,"exact":false}""", volumes.GetProperty("items")[0].GetRawText());
    }

    [Fact]
    public async Task Flush_Fails_IsTriedAgainAndCountsOnce()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var flusher = host.Services.GetRequiredService<VolumeFlusher>();
        host.Database.RefuseInserts("volumes", "no more rows");
        await client.SendTracesAsync(Traces.Roots("checkout", "GET /cart", 3, host.Clock.GetUtcNow()));
        await Assert.ThrowsAnyAsync<Exception>(() => flusher.FlushAsync(CancellationToken.None));
        await client.SendTracesAsync(Traces.Roots("checkout", "GET /cart", 4, host.Clock.GetUtcNow()));
        await client.SendTracesAsync(Traces.Roots("billing", "POST /bill", 5, host.Clock.GetUtcNow()));
        await Assert.ThrowsAnyAsync<Exception>(() => flusher.FlushAsync(CancellationToken.None));

        host.Database.AcceptInserts("volumes");
        await flusher.FlushAsync(CancellationToken.None);
        await flusher.FlushAsync(CancellationToken.None);

        Assert.Equal([("checkout", 7), ("billing", 5)], Totals(await client.GetJsonAsync(Volumes)));
        Assert.Equal(0, host.Services.GetRequiredService<TraceIngest>().Pending);
    }

    [Fact]
    public async Task Stop_WithCountsInMemory_StoresThemFirst()
    {
        var directory = Directory.CreateTempSubdirectory("dynamic-sampling-tests-");
        await using (var host = new ApiHost(directory: directory.FullName))
        {
            using var client = host.CreateClient();
            await client.SendTracesAsync(Traces.Roots("checkout", "GET /cart", 3, host.Clock.GetUtcNow()));
        }

        await using (var host = new ApiHost(directory: directory.FullName))
        {
            using var client = host.CreateClient();
            Assert.Equal([("checkout", 3)], Totals(await client.GetJsonAsync(Volumes)));
        }

        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Stop_AgainWhenTheHostIsGone_DoesNotTryToFlushUntilTheHostGivesUp()
    {
        await using var host = new ApiHost();
        var flusher = host.Services.GetRequiredService<VolumeFlusher>();

        await flusher.StopAsync(CancellationToken.None);
        flusher.Dispose();

        await flusher.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);
    }

    [Fact]
    public async Task Stop_HostHasNoTimeLeft_StoresCountsAndPollsNevertheless()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.SendTracesAsync(Traces.Roots("checkout", "GET /cart", 3, host.Clock.GetUtcNow()));
        await client.GetJsonAsync("/sampling?service=checkout");

        // As when a client holds a connection until the server is torn from it.
        foreach (var service in host.Services.GetServices<IHostedService>().Where(service => service is VolumeFlusher or ClientMemory))
            await service.StopAsync(new CancellationToken(canceled: true));

        Assert.Equal(1, host.Count("volumes"));
        Assert.Equal(1, host.Count("clients"));
    }

    [Fact]
    public async Task Durable_DatabaseFails_Is503AndCountedOnceWhenItIsSentAgain()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Ingest:Durable", "true"));
        using var client = host.CreateClient();
        await client.SendTracesAsync(Traces.Roots("billing", "GET /", 1, host.Clock.GetUtcNow()));
        Assert.Equal(1, host.Count("volumes"));

        host.Database.RefuseInserts("volumes", "no more rows");
        var request = Traces.Roots("checkout", "GET /cart", 3, host.Clock.GetUtcNow());
        using var refused = await client.PostAsJsonAsync("/v1/traces", request);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
        Assert.Equal(14, (await refused.ReadJsonAsync()).GetProperty("code").GetInt32());

        host.Database.AcceptInserts("volumes");
        await client.SendTracesAsync(request);

        Assert.Equal([("checkout", 3), ("billing", 1)], Totals(await client.GetJsonAsync(Volumes)));
    }

    [Fact]
    public async Task Post_TooManyCountsWait_Is503AndCountsNothing()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Ingest:MaxPendingCounts", "1000").UseSetting("Limits:ShareOfOne", "1"));
        using var client = host.CreateClient();
        object[] spans = [.. Enumerable.Range(0, 1000).Select(i => Traces.Root($"op-{i}", host.Clock.GetUtcNow()))];
        await client.SendTracesAsync(Traces.Request("checkout", spans));
        var one = Traces.Roots("checkout", "one more", 1, host.Clock.GetUtcNow());
        using var refused = await client.PostAsJsonAsync("/v1/traces", one);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);

        await host.FlushAsync();
        await client.SendTracesAsync(one);
        await host.FlushAsync();

        Assert.Equal(1001, host.Count("volumes"));
    }

    [Fact]
    public async Task Post_TooManyServices_AreCountedAsOthersAndNewOrganizationsAreRefused()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Ingest:MaxServices", "3").UseSetting("Limits:ShareOfOne", "1"));
        using var client = host.CreateClient();
        for (var i = 0; i < 6; i++)
            await client.SendTracesAsync(Traces.Roots($"service-{i}", "GET /", 2, host.Clock.GetUtcNow()));
        using var refused = await client.PostAsJsonAsync("/o/other/v1/traces", Traces.Roots("checkout", "GET /", 1, host.Clock.GetUtcNow()));
        await host.FlushAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal([("__other__", 6), ("service-0", 2), ("service-1", 2), ("service-2", 2)], Totals(await client.GetJsonAsync(Volumes)));
    }

    [Fact]
    public async Task Poll_NamesThatAreMadeUp_LeaveRoomForServicesThatSend()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Ingest:MaxServices", "4").UseSetting("Limits:ShareOfOne", "1"));
        using var client = host.CreateClient();
        for (var i = 0; i < 10; i++)
        {
            await client.GetJsonAsync($"/sampling?service=made-up-{i}");
            await client.GetJsonAsync($"/o/made-up-{i}/sampling?service=checkout");
        }

        await client.SendTracesAsync(Traces.Roots("checkout", "GET /", 2, host.Clock.GetUtcNow()));
        await client.GetJsonAsync("/sampling?service=checkout");
        using var taken = await client.PostAsJsonAsync("/o/other/v1/traces", Traces.Roots("billing", "GET /", 1, host.Clock.GetUtcNow()));
        await host.FlushAsync();

        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        Assert.Equal([("checkout", 2)], Totals(await client.GetJsonAsync(Volumes)));
        var clients = (await client.GetJsonAsync("/api/organizations/default/clients")).GetProperty("items").EnumerateArray();
        Assert.Equal(JsonValueKind.String, clients.Single(item => item.GetProperty("service").GetString() == "checkout").GetProperty("lastPollAt").ValueKind);
    }

    [Fact]
    public async Task Sweep_QuietForAnHour_MakesRoom()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Ingest:MaxServices", "1").UseSetting("Limits:ShareOfOne", "1"));
        using var client = host.CreateClient();
        await client.SendTracesAsync(Traces.Roots("early", "GET /", 1, host.Clock.GetUtcNow()));
        await host.FlushAsync();
        host.Clock.Advance(TimeSpan.FromMinutes(62));
        await client.WaitForAsync("/api/organizations/default/clients", json => json.GetProperty("items").GetArrayLength() == 0);

        await client.SendTracesAsync(Traces.Roots("late", "GET /", 1, host.Clock.GetUtcNow()));
        await host.FlushAsync();

        Assert.Equal([("late", 1)], Totals(await client.GetJsonAsync("/api/organizations/default/volumes?by=transaction&window=5m")));
    }

    private static List<(string?, double)> Totals(System.Text.Json.JsonElement volumes) =>
        [.. volumes.GetProperty("items").EnumerateArray().Select(item => (item.GetProperty("project").GetString(), item.GetProperty("total").GetDouble()))];
}

internal static class FlushExtensions
{
    /// <summary>Stores what has been counted so far.</summary>
    public static Task FlushAsync(this ApiHost host) => host.Services.GetRequiredService<VolumeFlusher>().FlushAsync(CancellationToken.None);
}
