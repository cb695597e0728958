using System.Net.Http.Json;
using DynamicSampling.Api.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DynamicSampling.IntegrationTests.Api;

public class RetentionTests
{
    [Fact]
    public async Task DeleteExpired_Volumes_KeepsTwoDaysOfMinutes()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var start = host.Clock.GetUtcNow();
        using var posted = await client.PostAsJsonAsync("/api/volumes", Enumerable.Range(0, 3).Select(i =>
            new { organization = "acme", project = $"p{i}", transaction = "t", timestamp = start.AddMinutes(i), total = 1 }));
        await AdvanceAsync(host, TimeSpan.FromDays(2));
        var atTwoDays = Count(host, "volumes");
        await AdvanceAsync(host, TimeSpan.FromMinutes(1));
        var aMinuteLater = Count(host, "volumes");
        await AdvanceAsync(host, TimeSpan.FromMinutes(2));
        var atLast = Count(host, "volumes");

        Assert.Equal((3, 2, 0), (atTwoDays, aMinuteLater, atLast));
        Assert.Equal(3, Count(host, "projects"));
    }

    [Fact]
    public async Task DeleteExpired_Runs_KeepsAWeekOfThemAndWhatIsInProgress()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var first = await client.RunTaskAsync("boost_low_volume_projects");
        host.Sql("INSERT INTO runs SELECT 'ffffffff-0000-0000-0000-000000000000', task, task_name, organization, 'running', \"trigger\", started_at, max_seconds, seconds, overrun_seconds, task_data, result, error FROM runs");
        await AdvanceAsync(host, TimeSpan.FromDays(1));
        using var second = await client.RunTaskAsync("boost_low_volume_projects");
        await AdvanceAsync(host, TimeSpan.FromDays(6));
        var atAWeek = Count(host, "runs");
        await AdvanceAsync(host, TimeSpan.FromMilliseconds(1));
        var later = Count(host, "runs");
        var kept = await client.GetJsonAsync("/api/runs?status=completed");

        Assert.Equal((3, 2), (atAWeek, later));
        Assert.Equal(1, Count(host, "runs WHERE status = 'running'"));
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
        var withinADay = Count(host, "idempotency_keys");
        await AdvanceAsync(host, TimeSpan.FromMilliseconds(1));

        Assert.Equal((1, 0), (withinADay, Count(host, "idempotency_keys")));
    }

    [Fact]
    public async Task DeleteExpired_SettingsAndRates_AreKept()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("p", 10));
        using var put = await client.PutAsJsonAsync("/api/organizations/acme", new { targetSampleRate = 0.5 });
        using var run = await client.RunTaskAsync("boost_low_volume_projects");
        await AdvanceAsync(host, TimeSpan.FromDays(30));

        Assert.Equal(0, Count(host, "volumes") + Count(host, "runs"));
        Assert.True((await client.GetJsonAsync("/api/organizations/acme")).GetProperty("stored").GetBoolean());
        Assert.Equal(0.5, (await client.GetJsonAsync("/api/organizations/acme/rates")).GetProperty("projects")[0].GetProperty("rate").GetDouble(), 1e-12);
    }

    [Fact]
    public async Task DeleteExpired_MoreThanABatch_DeletesAll()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("p", 10));
        host.Sql(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)
            INSERT INTO volumes SELECT v.project_id, i, v.transaction_id, 1, 0, 1 FROM n, (SELECT project_id, transaction_id FROM volumes) v
            """);
        await AdvanceAsync(host, TimeSpan.Zero);

        Assert.Equal(1, Count(host, "volumes"));
    }

    private static async Task AdvanceAsync(ApiHost host, TimeSpan by)
    {
        host.Clock.Advance(by);
        await host.Services.GetServices<IHostedService>().OfType<Retention>().Single().DeleteExpiredAsync(CancellationToken.None);
    }

    private static long Count(ApiHost host, string table)
    {
        using var connection = new SqliteConnection(host.ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The text is the test's own.
        command.CommandText = $"SELECT COUNT(*) FROM {table}";
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }
}
