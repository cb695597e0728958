using System.Data.Common;
using DynamicSampling.Api.Ingest;
using DynamicSampling.Api.Storage;
using DynamicSampling.IntegrationTests.Api;

namespace DynamicSampling.IntegrationTests.Storage;

public class FlushTests
{
    private const long Minute = VolumeTable.Minute;
    private static readonly Guid Id = Guid.Parse("0193513c-7a40-7000-8000-000000000001");

    [Fact]
    public async Task Flush_SameIdTwice_CountsOnce()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var first = await host.Volumes().FlushAsync(Estimates(), Id, CancellationToken.None);
        var second = await host.Volumes().FlushAsync(Estimates(), Id, CancellationToken.None);

        Assert.Equal((new VolumeReceipt(2, IsRepetition: false), new VolumeReceipt(2, IsRepetition: true)), (first, second));
        Assert.Equal([(Minute, "a", 10, 1, 0), (Minute, "b", 20, 2, 0)], host.Rows());
        Assert.Equal([(Minute / 60, 30, 3, 1)], host.Hours());
    }

    [Fact]
    public async Task Flush_OtherId_CountsAgain()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await host.Volumes().FlushAsync(Estimates(), Id, CancellationToken.None);
        await host.Volumes().FlushAsync(Estimates(), Guid.Parse("0193513c-7a40-7000-8000-000000000002"), CancellationToken.None);

        Assert.Equal([(Minute / 60, 60, 6, 1)], host.Hours());
    }

    [Theory]
    [InlineData("volumes")]
    [InlineData("project_hours")]
    [InlineData("mixed_volumes")]
    public async Task Flush_FailsInTheMiddle_LeavesNothingAndCountsOnceWhenItIsTriedAgain(string table)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await host.Volumes().AddAsync(VolumeTable.Batch(VolumeSource.Posted, ("q", "a", Minute, 5, 0)), idempotencyKey: null, CancellationToken.None);
        host.Database.RefuseInserts(table, "no more rows");
        VolumeBatch Both() => VolumeTable.Batch(VolumeSource.Spans, ("p", "a", Minute, 10, 1), ("q", "a", Minute, 30, 3));
        await Assert.ThrowsAnyAsync<DbException>(() => host.Volumes().FlushAsync(Both(), Id, CancellationToken.None));
        var left = (host.Count("flushes"), host.Count("volumes"), host.Count("mixed_volumes"), host.Count("projects"));
        host.Database.AcceptInserts(table);
        var receipt = await host.Volumes().FlushAsync(Both(), Id, CancellationToken.None);
        var repeated = await host.Volumes().FlushAsync(Both(), Id, CancellationToken.None);

        Assert.Equal((0, 1, 0, 1), left);
        Assert.Equal((false, true), (receipt.IsRepetition, repeated.IsRepetition));
        Assert.Equal([(Minute, "a", 10, 1, 0)], host.Rows());
        Assert.Equal([(Minute, "a", 5, 3, 1)], host.Rows("q"));
    }

    [Fact]
    public async Task Flush_IdIsAlsoAnIdempotencyKey_AreTwoThings()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var posted = await host.Volumes().AddAsync(Estimates(), Id.ToString(), CancellationToken.None);
        var flushed = await host.Volumes().FlushAsync(Estimates(), Id, CancellationToken.None);

        Assert.Equal((false, false), (posted.IsRepetition, flushed.IsRepetition));
        Assert.Equal([(Minute / 60, 60, 6, 1)], host.Hours());
    }

    private static VolumeBatch Estimates() => VolumeTable.Batch(VolumeSource.Spans, ("p", "a", Minute, 10, 1), ("p", "b", Minute, 20, 2));
}
