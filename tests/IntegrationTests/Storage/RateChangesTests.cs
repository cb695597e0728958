using System.Net.Http.Json;
using DynamicSampling.Api.Storage;
using DynamicSampling.IntegrationTests.Api;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Storage;

public class RateChangesTests
{
    [Fact]
    public async Task ReadChanges_Version_HasWhatWasPublishedBeforeAndThen()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("loud", 10_000), ("quiet", 100));
        await PublishAsync(client, 0.1);
        var first = await ReadAsync(host, version: 1);
        await PublishAsync(client, 0.2);
        using var more = await client.PostAsJsonAsync("/api/volumes", new[] { new { organization = "acme", project = "new", transaction = "GET /", total = 500 } });
        await PublishAsync(client, 0.3);
        var third = await ReadAsync(host, version: 3);

        Assert.Equal(["loud", "quiet"], first.Select(change => change.After.Project).Order());
        Assert.All(first, change => Assert.Null(change.Before));
        var loud = third.Single(change => change.After.Project == "loud");
        Assert.InRange(loud.Before!.Rate, 0.1, 0.2);
        Assert.InRange(loud.After.Rate, 0.2, 0.3);
        Assert.Null(third.Single(change => change.After.Project == "new").Before);
        Assert.Equal("loud", Assert.Single(await ReadAsync(host, version: 3, limit: 1)).After.Project);
        Assert.Empty(await ReadAsync(host, version: 4));
    }

    [Fact]
    public async Task ReadLargest_Organization_HasThoseWithTheMostTraces()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("a", 100), ("b", 10_000), ("c", 1000));
        var rates = host.Services.GetRequiredService<SqlRateStore>();
        var before = await rates.ReadLargestAsync("acme", 2, CancellationToken.None);
        await PublishAsync(client, 0.1);
        var page = (await rates.ReadLargestAsync("acme", 2, CancellationToken.None))!;

        Assert.Null(before);
        Assert.Equal(["b", "c"], page.Projects.Select(project => project.Rate.Project));
        Assert.Equal(1110, page.Spent, 1e-6);
    }

    private static async Task PublishAsync(HttpClient client, double target)
    {
        using var settings = await client.PutAsJsonAsync("/api/organizations/acme", new { targetSampleRate = target });
        using var run = await client.RunTaskAsync("rebalance_orgs");
        run.EnsureSuccessStatusCode();
    }

    private static Task<IReadOnlyList<(Tasks.Sampling.ProjectRate? Before, Tasks.Sampling.ProjectRate After)>> ReadAsync(ApiHost host, long version, int limit = 10) =>
        host.Services.GetRequiredService<SqlRateStore>().ReadChangesAsync("acme", version, limit, CancellationToken.None);
}
