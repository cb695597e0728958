using System.Globalization;
using System.Text.Json;

namespace DynamicSampling.ServiceApp.Soak;

/// <summary>Minutes of load on the published service, and whether its memory stays as it is.</summary>
internal static class SoakRun
{
    private const double Mebibyte = 1024 * 1024;

    /// <summary>
    /// What memory may grow by in a minute, by a straight line through all readings after the warm-up. Readings differ by some 15 MiB, as collections come when they
    /// come, so that in three minutes the line is wrong by up to 5; and at a thousand requests a second this is 170 bytes that each of them leaves behind.
    /// </summary>
    private const double MaxGrowthAMinute = 10;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private const int ReadingsALine = 3;

    /// <returns>The exit code: 0 when memory was flat and every request was answered with success.</returns>
    public static async Task<int> RunAsync(string assembly, int warmUp, int seconds)
    {
        var directory = Directory.CreateTempSubdirectory("dynamic-sampling-soak-").FullName;
        try
        {
            await using var heap = await HeapReports.StartAsync();
            using var service = await ServiceProcess.StartAsync(
                assembly,
                ["--Scheduling:Cycle=00:00:05", "--Logging:LogLevel:Default=Warning", "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Information", $"--ConnectionStrings:DynamicSampling=Data Source={Path.Combine(directory, "soak.db")}"],
                heap.Endpoint);
            using var load = new SoakLoad(service.Address);
            using var stopping = new CancellationTokenSource();
            var running = load.RunAsync(stopping.Token);
            var readings = await WatchAsync(service, heap, load, warmUp, seconds);
            await stopping.CancelAsync();
            await running;
            var counted = await CountedAsync(service.Address);
            var exitCode = await service.StopAsync();
            return Report(load, readings, counted, exitCode);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<List<Reading>> WatchAsync(ServiceProcess service, HeapReports heap, SoakLoad load, int warmUp, int seconds)
    {
        Console.WriteLine("   time    resident       heap  threads  files  exports/s  volumes/s    polls/s    reads/s  failures");
        var readings = new List<Reading>();
        var (started, lineAt, before) = (TimeProvider.System.GetTimestamp(), TimeSpan.Zero, load.Answers);
        using var timer = new PeriodicTimer(Interval);
        for (var number = 1; await timer.WaitForNextTickAsync(); number++)
        {
            var time = TimeProvider.System.GetElapsedTime(started);
            var (resident, threads, files) = service.Read();
            if (time.TotalSeconds > warmUp)
                readings.Add(new(time.TotalMinutes, resident / Mebibyte, heap.Bytes / Mebibyte));
            if (number % ReadingsALine == 0)
            {
                var (now, span) = (load.Answers, (time - lineAt).TotalSeconds);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{time.TotalSeconds,5:F0} s {resident / Mebibyte,7:F1} MiB {heap.Bytes / Mebibyte,6:F1} MiB {threads,8} {files,6} {(now.Exports - before.Exports) / span,10:F0} {(now.Volumes - before.Volumes) / span,10:F0} {(now.Polls - before.Polls) / span,10:F0} {(now.Reads - before.Reads) / span,10:F0} {load.Failures,9}"));
                (lineAt, before) = (time, now);
            }

            if (time.TotalSeconds >= warmUp + seconds)
                break;
        }

        return readings;
    }

    private static async Task<double> CountedAsync(Uri service)
    {
        using var client = new HttpClient { BaseAddress = service };
        using var page = JsonDocument.Parse(await client.GetStringAsync("/api/organizations/acme/volumes?window=1h&limit=1000"));
        return page.RootElement.GetProperty("items").EnumerateArray().Sum(item => item.GetProperty("total").GetDouble());
    }

    private static int Report(SoakLoad load, List<Reading> readings, double counted, int exitCode)
    {
        var (resident, heap) = (Slope(readings, reading => reading.Resident), Slope(readings, reading => reading.Heap));
        var isFlat = resident <= MaxGrowthAMinute && heap <= MaxGrowthAMinute;
        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"After the warm-up: resident memory {resident:+0.00;-0.00} MiB a minute, heap {heap:+0.00;-0.00} MiB a minute   (target: at most {MaxGrowthAMinute} each): {(isFlat ? "flat" : "NOT FLAT")}"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{load.Answers.Exports} exports, {load.Answers.Volumes} postings of volumes, {load.Answers.Polls} polls, {load.Answers.Reads} reads; {load.Failures} failed{(load.FirstFailure is { } first ? $", the first with {first}" : "")}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Counted: {counted:F0} of {load.Posted} that were acknowledged; it stopped with exit code {exitCode}."));
        return isFlat && load.Failures == 0 && Math.Abs(counted - load.Posted) < 0.5 && exitCode == 0 ? 0 : 1;
    }

    // Least squares.
    private static double Slope(List<Reading> readings, Func<Reading, double> value)
    {
        var (x, y) = (readings.Average(reading => reading.Minutes), readings.Average(value));
        return readings.Sum(reading => (reading.Minutes - x) * (value(reading) - y)) / readings.Sum(reading => (reading.Minutes - x) * (reading.Minutes - x));
    }

    /// <summary>What was read at a time; sizes in MiB.</summary>
    private sealed record Reading(double Minutes, double Resident, double Heap);
}
