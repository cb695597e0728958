using DynamicSampling.Api.Ingest;
using System.Net;
using System.Net.Http.Json;
using DynamicSampling.Api.Storage;
using DynamicSampling.IntegrationTests.Storage;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DynamicSampling.IntegrationTests.Api;

public class RetentionTests
{
    [Fact]
    public async Task DeleteExpired_Volumes_KeepsTwoDaysOfMinutes()
    {
        // On PostgreSQL days go as a whole: VolumePartitionsTests.
        await using var host = new ApiHost { Storage = TestStorage.Sqlite };
        using var client = host.CreateClient();
        var start = host.Clock.GetUtcNow();
        using var posted = await client.PostAsJsonAsync("/api/volumes", Enumerable.Range(0, 3).Select(i =>
            new { organization = "acme", project = $"p{i}", transaction = "t", timestamp = start.AddMinutes(i), total = 1 }));
        await AdvanceAsync(host, TimeSpan.FromDays(2));
        var atTwoDays = host.Count("volumes");
        await AdvanceAsync(host, TimeSpan.FromMinutes(1));
        var aMinuteLater = host.Count("volumes");
        await AdvanceAsync(host, TimeSpan.FromMinutes(2));
        var atLast = host.Count("volumes");

        Assert.Equal((3, 2, 0), (atTwoDays, aMinuteLater, atLast));
        Assert.Equal(3, host.Count("projects"));
    }

    [Fact]
    public async Task DeleteExpired_Runs_KeepsAWeekOfThemAndWhatIsInProgress()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var first = await client.RunTaskAsync("boost_low_volume_projects");
        host.Sql(
            """
            INSERT INTO runs (id, task, task_name, organization, status, "trigger", started_at, max_seconds, seconds, overrun_seconds, task_data, node)
            SELECT 'ffffffff-0000-0000-0000-000000000000', task, task_name, organization, 'running', "trigger", started_at, max_seconds, seconds, overrun_seconds, task_data, node FROM runs
            """);
        await AdvanceAsync(host, TimeSpan.FromDays(1));
        using var second = await client.RunTaskAsync("boost_low_volume_projects");
        await AdvanceAsync(host, TimeSpan.FromDays(6));
        var atAWeek = host.Count("runs");
        await AdvanceAsync(host, TimeSpan.FromMilliseconds(1));
        var later = host.Count("runs");
        var kept = await client.GetJsonAsync("/api/runs?status=completed");

        Assert.Equal((3, 2), (atAWeek, later));
        Assert.Equal(1, host.Count("runs WHERE status = 'running'"));
        Assert.Equal((await second.ReadJsonAsync()).GetProperty("id").GetString(), Assert.Single(kept.GetProperty("items").EnumerateArray()).GetProperty("id").GetString());
    }

    [Fact]
    public async Task DeleteExpired_IdempotencyKeys_KeepsThemForADay()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/volumes") { Content = Bodies.Of("[]") };
        request.Headers.Add("Idempotency-Key", "k");
        using var response = await client.SendAsync(request);
        await AdvanceAsync(host, TimeSpan.FromDays(1) - TimeSpan.FromMilliseconds(1));
        var withinADay = host.Count("idempotency_keys");
        await AdvanceAsync(host, TimeSpan.FromMilliseconds(1));

        Assert.Equal((1, 0), (withinADay, host.Count("idempotency_keys")));
    }

    [Fact]
    public async Task DeleteExpired_SettingsAndRates_AreKept()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("p", 10));
        using var put = await client.PutAsJsonAsync("/api/organizations/acme", new { targetSampleRate = 0.5 });
        using var run = await client.RunTaskAsync("boost_low_volume_projects");
        await AdvanceAsync(host, TimeSpan.FromDays(30));

        Assert.Equal(0, host.Count("volumes") + host.Count("runs"));
        Assert.True((await client.GetJsonAsync("/api/organizations/acme")).GetProperty("stored").GetBoolean());
        Assert.Equal(0.5, (await client.GetJsonAsync("/api/organizations/acme/rates")).GetProperty("projects")[0].GetProperty("rate").GetDouble(), 1e-12);
    }

    [Fact]
    public async Task DeleteExpired_HoursAndReleases_KeepsThirtyFiveDays()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var posted = await client.PostAsJsonAsync("/api/volumes", new[] { new { organization = "acme", project = "p", transaction = "t", total = 1, release = "1" } });
        await AdvanceAsync(host, TimeSpan.FromDays(35));
        var then = (host.Count("project_hours"), host.Count("releases"));
        await AdvanceAsync(host, TimeSpan.FromMinutes(1));
        var aMinuteLater = (host.Count("project_hours"), host.Count("releases"));
        await AdvanceAsync(host, TimeSpan.FromHours(1));

        Assert.Equal((1, 1), then);
        Assert.Equal((1, 0), aMinuteLater);
        Assert.Equal((0, 0), (host.Count("project_hours"), host.Count("releases")));
    }

    [Fact]
    public async Task DeleteExpired_CustomRules_KeepsThirtyFiveDaysAfterTheirDeactivation()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var created = await client.PostAsync(
            "/api/organizations/acme/custom-rules", Bodies.Of("""{"condition":{"op":"and","inner":[]},"samples":1,"end":"2026-11-22T11:00:00Z"}"""));
        await AdvanceAsync(host, TimeSpan.FromDays(40));
        var notDeactivated = host.Count("custom_rules");
        using var run = await client.RunTaskAsync("custom_rule_notifications");
        await AdvanceAsync(host, TimeSpan.FromDays(35));
        var deactivated = host.Count("custom_rules");
        await AdvanceAsync(host, TimeSpan.FromMilliseconds(1));

        Assert.Equal((1, 1, 0), (notDeactivated, deactivated, host.Count("custom_rules")));
    }

    [Fact]
    public async Task DeleteExpired_ReplacedRates_KeepsThemForTheirLifetimeAndTheCurrentOnes()
    {
        await using var host = new ApiHost(web => web.UseSetting("Storage:RatesLifetime", "02:00:00"));
        using var client = await host.WithVolumesAsync("acme", ("p", 10));
        foreach (var target in new[] { 0.2, 0.3, 0.4 })
        {
            using var put = await client.PutAsJsonAsync("/api/organizations/acme", new { targetSampleRate = target });
            using var run = await client.RunTaskAsync("boost_low_volume_projects");
            host.Clock.Advance(TimeSpan.FromMinutes(10));
        }

        // The versions were computed at 0, 10 and 20 minutes; the first was in force until 10, the second until 20.
        await AdvanceAsync(host, TimeSpan.FromMinutes(100));
        var atFirst = (host.Count("rate_versions"), host.Count("project_rates"));
        await AdvanceAsync(host, TimeSpan.FromMilliseconds(1));
        var afterTheFirst = (host.Count("rate_versions"), host.Count("project_rates"));
        var versions = await client.GetJsonAsync("/api/organizations/acme/rates/versions");
        using var first = await client.GetAsync("/api/organizations/acme/rates?version=1");
        var second = await client.GetJsonAsync("/api/organizations/acme/rates?version=2");
        await AdvanceAsync(host, TimeSpan.FromDays(1));
        var rates = await client.GetJsonAsync("/api/organizations/acme/rates");

        Assert.Equal((3, 3), atFirst);
        Assert.Equal((2, 2), afterTheFirst);
        Assert.Equal([3, 2], versions.GetProperty("items").EnumerateArray().Select(version => version.GetProperty("version").GetInt64()));
        await HttpAssert.IsProblemAsync(first, HttpStatusCode.NotFound, "Version 1 of the rates of organization 'acme' is not kept: versions 2 to 3 are.");
        Assert.Equal(0.3, second.GetProperty("projects")[0].GetProperty("rate").GetDouble());
        Assert.Equal((1, 1), (host.Count("rate_versions"), host.Count("project_rates")));
        Assert.Equal((3, 0.4), (rates.GetProperty("version").GetInt64(), rates.GetProperty("projects")[0].GetProperty("rate").GetDouble()));
    }

    [Fact]
    public async Task DeleteExpired_MoreThanABatch_DeletesAll()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("p", 10));
        await host.Services.GetRequiredService<VolumePartitions>().EnsureAsync(1, 12_000, CancellationToken.None);
        host.Sql(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
            INSERT INTO volumes (project_id, minute, transaction_id, total, kept, exact) SELECT v.project_id, i, v.transaction_id, 1, 0, 1 FROM n, (SELECT project_id, transaction_id FROM volumes) v
            """);
        await AdvanceAsync(host, TimeSpan.Zero);

        Assert.Equal(1, host.Count("volumes"));
    }

    [Fact]
    public async Task DeleteExpired_MixedMinutes_KeepsTwoDaysOfWhatCameIn()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await host.CountAsync(VolumeSource.Posted, VolumeTable.Minute, ("a", 1, 0));
        await host.CountAsync(VolumeSource.Spans, VolumeTable.Minute, ("a", 1, 0));
        await AdvanceAsync(host, TimeSpan.FromDays(2));
        var atTwoDays = host.Count("mixed_volumes");
        await AdvanceAsync(host, TimeSpan.FromMinutes(1));

        Assert.Equal((2, 0), (atTwoDays, host.Count("mixed_volumes")));
    }

    [Fact]
    public async Task DeleteExpired_Flushes_KeepsThemForADay()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await host.Volumes().FlushAsync(VolumeTable.Batch(VolumeSource.Spans), Guid.Parse("0193513c-7a40-7000-8000-000000000001"), CancellationToken.None);
        await AdvanceAsync(host, TimeSpan.FromDays(1) - TimeSpan.FromMilliseconds(1));
        var withinADay = host.Count("flushes");
        await AdvanceAsync(host, TimeSpan.FromMilliseconds(1));

        Assert.Equal((1, 0), (withinADay, host.Count("flushes")));
    }

    [Fact]
    public async Task DeleteExpired_NamesOfTransactions_KeepsThoseWithVolumes()
    {
        // On PostgreSQL days go as a whole: VolumePartitionsTests.
        await using var host = new ApiHost { Storage = TestStorage.Sqlite };
        using var client = host.CreateClient();
        await host.CountAsync(VolumeSource.Posted, VolumeTable.Minute, ("old", 1, 0), ("lasting", 1, 0));
        await host.CountAsync(VolumeSource.Posted, VolumeTable.Minute + 2, ("lasting", 1, 0));
        // It is only among what came in: the exact count leaves nothing to it.
        await host.CountAsync(VolumeSource.Spans, VolumeTable.Minute + 2, ("only estimated", 1, 0));
        await AdvanceAsync(host, TimeSpan.FromDays(2));
        var atTwoDays = host.Count("transactions");
        await AdvanceAsync(host, TimeSpan.FromMinutes(1));
        var aMinuteLater = (host.Count("transactions"), host.Count("transactions WHERE name = 'old'"));
        await AdvanceAsync(host, TimeSpan.FromMinutes(2));

        Assert.Equal((3, (2, 0)), (atTwoDays, aMinuteLater));
        Assert.Equal((0, 1), (host.Count("transactions"), host.Count("projects")));
    }

    [Fact]
    public async Task DeleteExpired_AuditLog_GoesBackFourHundredDays()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var put = await client.PutAsJsonAsync("/api/organizations/acme", new { targetSampleRate = 0.2 });
        using var deleted = await client.DeleteAsync("/api/organizations/acme?data=true");
        await AdvanceAsync(host, TimeSpan.FromDays(400));
        var at400Days = host.Count("audit");
        await AdvanceAsync(host, TimeSpan.FromMilliseconds(1));

        Assert.Equal((2, 0), (at400Days, host.Count("audit")));
    }

    private static async Task AdvanceAsync(ApiHost host, TimeSpan by)
    {
        host.Clock.Jump(by);
        await host.Services.GetServices<IHostedService>().OfType<Retention>().Single().DeleteExpiredAsync(CancellationToken.None);
    }
}
