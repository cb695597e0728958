using System.Net.Http.Json;
using DynamicSampling.Api.Storage;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.SamplingTasks;
using DynamicSampling.Tasks.Sampling;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Storage;

/// <summary>What a project was served over time.</summary>
public sealed class RateStepsTests
{
    private static readonly ProjectKey Checkout = new("acme", "checkout");

    [Fact]
    public async Task Read_Versions_AreStepsFromTheOneInForceOn()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var start = host.Clock.GetUtcNow();
        await PublishAsync(client, target: 0.2);
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        await PublishAsync(client, target: 0.4);
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        await PublishAsync(client, target: 0.6);
        var all = await ReadAsync(host, start.AddDays(-1));

        Assert.Equal([(start, 0.2), (start.AddMinutes(10), 0.4), (start.AddMinutes(20), 0.6)], all.Select(step => (step.At, Math.Round(step.Rate, 9))));
        // The one that was in force then began before.
        Assert.Equal(all.Skip(1), await ReadAsync(host, start.AddMinutes(15)));
        Assert.Equal(all.Skip(2), await ReadAsync(host, start.AddDays(1)));
        // As the HTTP API has it.
        Assert.Equal((await client.RatesOfAsync("checkout")).Number("servedRate"), all[^1].Rate);
    }

    [Fact]
    public async Task Read_ProjectThatCameLater_HadTheTargetBefore()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var start = host.Clock.GetUtcNow();
        await client.PutAsync("/api/organizations/acme", new { targetSampleRate = 0.1, minimumSampleRate = 0.15 });
        await client.PostAsync(new Volume("other", "GET /", 1000));
        await client.RunAsync("rebalance_orgs");
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await client.PostAsync(new Volume("checkout", "GET /", 10));
        await client.RunAsync("rebalance_orgs");
        var steps = await ReadAsync(host, start);

        Assert.Equal([(start, 0.15), (start.AddMinutes(1), 1.0)], steps.Select(step => (step.At, step.Rate)));
    }

    [Fact]
    public async Task Read_Rollback_IsAStep()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await PublishAsync(client, target: 0.2);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await PublishAsync(client, target: 0.4);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        using var response = await client.PostAsJsonAsync("/api/organizations/acme/rates:rollback", new { version = 1 });
        response.EnsureSuccessStatusCode();

        Assert.Equal([0.2, 0.4, 0.2], (await ReadAsync(host, host.Clock.GetUtcNow().AddDays(-1))).Select(step => Math.Round(step.Rate, 9)));
    }

    [Fact]
    public async Task Read_NothingPublished_IsEmpty()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();

        Assert.Empty(await ReadAsync(host, host.Clock.GetUtcNow().AddDays(-1)));
    }

    [Fact]
    public void Of_FactorThatExpires_IsAStepWithoutAVersion()
    {
        var start = new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);
        OrganizationRates[] versions =
        [
            new("acme", 1, Guid.Empty, start, MinuteWindow.Ending(start, 60), new(0.1, TargetSource.Setting), Floor: 0) { Recalibration = new(2, start.AddMinutes(3), 1) },
        ];
        PublishedProject[] rates = [new(new ProjectRate("checkout", Rate: 0.1, Total: 10, Kept: 1), FirstVersion: 1, EndVersion: null)];

        Assert.Equal([new(start, 0.2), new(start.AddMinutes(3), 0.1)], RateStep.Of(versions, rates, start.AddHours(1)));
        Assert.Equal([new(start, 0.2)], RateStep.Of(versions, rates, start.AddMinutes(3)));
        // A rate that is the same again is no step.
        Assert.Equal([new(start, 0.1)], RateStep.Of([versions[0] with { Recalibration = Recalibration.None }, versions[0] with { Version = 2, ComputedAt = start.AddMinutes(1), Recalibration = Recalibration.None }], rates, start.AddHours(1)));
    }

    [Fact]
    public void Thin_ManySteps_LeavesTheLastOfEachFewMinutes()
    {
        var start = new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);
        var steps = Enumerable.Range(-3, 24).Select(minute => new RateStep(start.AddMinutes(minute), minute)).ToList();

        Assert.Equal([4, 9, 14, 19, 20], RateStep.Thin(steps, start).Select(step => step.Rate));
        Assert.Equal([new(start, 7)], RateStep.Thin([new(start.AddDays(-1), 7)], start));
    }

    private static async Task PublishAsync(HttpClient client, double target)
    {
        await client.PutAsync("/api/organizations/acme", new { targetSampleRate = target });
        await client.PostAsync(new Volume("checkout", "GET /", 1000));
        await client.RunAsync("rebalance_orgs");
    }

    private static Task<IReadOnlyList<RateStep>> ReadAsync(ApiHost host, DateTimeOffset since) =>
        host.Services.GetRequiredService<SqlRateStore>().ReadStepsAsync(Checkout, since, CancellationToken.None);
}
