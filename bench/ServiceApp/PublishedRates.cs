using System.Globalization;
using DynamicSampling.Api.Storage;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.ServiceApp;

/// <summary>Publishes rates of a service with 200 operations. (Tasks publish 99 at most.)</summary>
internal static class PublishedRates
{
    public const string Service = "storefront";

    private const int Operations = 200;

    public static async Task PublishAsync(IServiceProvider services)
    {
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var names = Enumerable.Range(0, Operations).Select(static i => string.Create(CultureInfo.InvariantCulture, $"GET /api/v1/products/{{id}}/step-{i}")).ToList();
        // The project comes into being with its volumes.
        var volumes = new DynamicSampling.Api.Ingest.VolumeBatch();
        volumes.Add(new(Names.DefaultOrganization, Service, names[0], MinuteWindow.MinuteOf(now)), new(1, 0));
        await services.GetRequiredService<SqlVolumeStore>().AddAsync(volumes, idempotencyKey: null, CancellationToken.None);

        var random = new Random(1);
        var rate = new ProjectRate(Service, Rate: 0.1, Total: 1_000_000, Kept: 100_000)
        {
            Transactions = [.. names.Select(name => new TransactionRate(name, random.NextDouble(), Total: 5000, Kept: 500))],
        };
        var version = new OrganizationRates(
            Names.DefaultOrganization, Version: 0, Guid.CreateVersion7(now), now, MinuteWindow.Ending(now, 60), new(0.1, TargetSource.Default), Floor: 0);
        await services.GetRequiredService<SqlRateStore>().PublishAsync(new(version, [new(rate, Spent: 100_000)], Removed: [], Previous: 0), CancellationToken.None);
    }
}
