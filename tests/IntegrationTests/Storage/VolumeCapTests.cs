using DynamicSampling.Api.Ingest;
using DynamicSampling.Api.Storage;
using DynamicSampling.IntegrationTests.Api;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DynamicSampling.IntegrationTests.Storage;

public class VolumeCapTests
{
    private const long Minute = VolumeTable.Minute;

    [Theory]
    [InlineData(800, false)]
    [InlineData(801, true)]
    [InlineData(1000, true)]
    public async Task Enforce_NotAboveTheLimit_WarnsFromFourFifthsOnAndDeletesNothing(int rows, bool warns)
    {
        var logged = new LoggedEvents();
        await using var host = Limited(logged);
        using var client = host.CreateClient();
        await FillAsync(host, "p", Minute - 1440, rows);
        await host.Services.GetRequiredService<VolumeCap>().EnforceAsync(CancellationToken.None);

        Assert.Equal(rows, host.Count("volumes"));
        Assert.Equal(warns ? [110] : [], logged.Take().Select(entry => entry.Id));
    }

    [Fact]
    public async Task Enforce_AboveTheLimit_DeletesTheOldestMinutesOfAllProjectsAndKeepsTheHours()
    {
        var logged = new LoggedEvents();
        await using var host = Limited(logged);
        using var client = host.CreateClient();
        // 1101 rows. The first 100 minutes are p's alone; in the next one p and q have a row each.
        await FillAsync(host, "p", Minute - 1200, 600);
        await FillAsync(host, "q", Minute - 1100, 500);
        await FillAsync(host, "r", Minute - 1099, 1);
        var hours = host.Hours().Sum(hour => hour.Total);
        await host.Services.GetRequiredService<VolumeCap>().EnforceAsync(CancellationToken.None);

        Assert.Equal((499, 499, 1), (host.Rows().Count, host.Rows("q").Count, host.Rows("r").Count));
        Assert.Equal(Minute - 1099, host.Rows()[0].Minute);
        Assert.Equal(600, hours);
        Assert.Equal(600, host.Hours().Sum(hour => hour.Total));
        var (id, message) = Assert.Single(logged.Take());
        Assert.Equal(111, id);
        Assert.Contains("1101 rows", message, StringComparison.Ordinal);
        await host.Services.GetRequiredService<VolumeCap>().EnforceAsync(CancellationToken.None);
        Assert.Equal([110], logged.Take().Select(entry => entry.Id));
    }

    [Fact]
    public async Task Enforce_LastTwoHoursAboveTheLimit_StayAndItWarns()
    {
        var logged = new LoggedEvents();
        await using var host = Limited(logged);
        using var client = host.CreateClient();
        await FillAsync(host, "p", Minute - 121, 1);
        for (var project = 0; project < 9; project++)
            await FillAsync(host, $"q{project}", Minute - 120, 121);
        await host.Services.GetRequiredService<VolumeCap>().EnforceAsync(CancellationToken.None);

        Assert.Empty(host.Rows());
        Assert.Equal(9 * 121, host.Count("volumes"));
        Assert.Equal([111, 112], logged.Take().Select(entry => entry.Id));
    }

    [Fact]
    public async Task Enforce_MixedMinutes_CountAndGoAsTheOthers()
    {
        var logged = new LoggedEvents();
        await using var host = Limited(logged);
        using var client = host.CreateClient();
        // Three rows each: one in volumes, two of what came in.
        await FillAsync(host, "p", Minute - 1440, 400);
        await FillAsync(host, "p", Minute - 1440, 400, VolumeSource.Spans);
        await host.Services.GetRequiredService<VolumeCap>().EnforceAsync(CancellationToken.None);

        Assert.Equal((333, 666), (host.Count("volumes"), host.Count("mixed_volumes")));
        Assert.Equal([111], logged.Take().Select(entry => entry.Id));
    }

    private static ApiHost Limited(LoggedEvents logged) => new(builder => builder
        .UseSetting("Storage:MaxVolumeRows", "1000")
        .ConfigureLogging(logging => logging.AddProvider(logged))
        // Its first round runs whenever it likes.
        .ConfigureTestServices(services => services.Remove(services.Single(service => service.ImplementationType == typeof(Retention)))));

    private static Task<VolumeReceipt> FillAsync(ApiHost host, string project, long first, int minutes, VolumeSource source = VolumeSource.Posted) =>
        host.Volumes().AddAsync(
            VolumeTable.Batch(source, Enumerable.Range(0, minutes).Select(i => (project, "t", first + i, 1.0, 0.0))), idempotencyKey: null, CancellationToken.None);
}
