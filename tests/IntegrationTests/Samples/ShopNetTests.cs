using System.Collections;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Clients;
using DynamicSampling.IntegrationTests.SamplingTasks;

namespace DynamicSampling.IntegrationTests.Samples;

/// <summary>The loop with a .NET service under the sampler, as somebody else's process.</summary>
public class ShopNetTests
{
    [Fact]
    public async Task Storefront_UnderRequests_FollowsItsTargetAndItsVolumesAreExact()
    {
        await using var host = new ApiHost { UsesSystemClock = true };
        using var api = host.Listen();
        // Until its rates are there it keeps a tenth.
        using var everything = await api.PutAsJsonAsync("/api/organizations/default", new { targetSampleRate = 1 });
        everything.EnsureSuccessStatusCode();
        await using var service = await StartAsync(api.BaseAddress!);

        var first = await ReportedTagAsync(api, differentFrom: null);
        await SendAsync(service, "/", 200);
        await SendAsync(service, "/products/7", 30);
        await SendAsync(service, "/products/8", 20);
        await CountedAsync(api, 250);
        var whole = await VolumesAsync(api, "transaction");

        using var half = await api.PutAsJsonAsync("/api/organizations/default", new { targetSampleRate = 0.5, intensity = 0 });
        half.EnsureSuccessStatusCode();
        await api.RunAsync("rebalance_orgs");
        // Less than a half: there is to be made up for what was kept too much.
        await ReportedTagAsync(api, differentFrom: first);
        await SendAsync(service, "/", 1000);
        await CountedAsync(api, 1250);

        // Those of the first moments, when the sampler has seen no name yet, are among the others, as far as spans do not tell more.
        Assert.All(whole, volume => Assert.Contains(volume.Name, new[] { "GET /", "GET /products/{id:int}", "__other__" }));
        Assert.All(whole, volume => Assert.Equal(volume.Total, volume.Kept));
        var (_, _, kept, _) = Assert.Single(await VolumesAsync(api, "project"));
        Chance.AssertLottery(kept - 250, 1000, await ServedRateAsync(api, "GET /"));
        var instance = Assert.Single((await api.GetJsonAsync("/api/organizations/default/clients/storefront/instances")).GetProperty("items").EnumerateArray());
        Assert.Equal("obeying", instance.GetProperty("status").GetString());
        Assert.True((await api.GetJsonAsync("/api/organizations/default/goal")).GetProperty("achieved")[0].GetProperty("exact").GetBoolean());
    }

    private static async Task SendAsync(RunningService service, string path, int count)
    {
        for (var i = 0; i < count; i++)
            await service.Client.GetStringAsync(path);
    }

    private static async Task<double> ServedRateAsync(HttpClient api, string operation)
    {
        var strategy = (await api.GetJsonAsync("/sampling?service=storefront")).GetProperty("operationSampling");
        var own = strategy.GetProperty("perOperationStrategies").EnumerateArray().FirstOrDefault(item => item.GetProperty("operation").GetString() == operation);
        return own.ValueKind == JsonValueKind.Undefined
            ? strategy.GetProperty("defaultSamplingProbability").GetDouble()
            : own.GetProperty("probabilisticSampling").GetProperty("samplingRate").GetDouble();
    }

    /// <summary>Waits until the process follows the current rates, and says so.</summary>
    private static async Task<string?> ReportedTagAsync(HttpClient api, string? differentFrom)
    {
        string? tag = null;
        await WaitAsync(api, "/api/organizations/default/clients/storefront/instances", page =>
            page.GetProperty("items").EnumerateArray().Any(item => (tag = item.GetProperty("ratesTag").GetString()) is not null && tag != differentFrom));
        return tag;
    }

    // Spans arrive, too, and may be sooner than the report about them.
    private static Task CountedAsync(HttpClient api, double total) => WaitAsync(
        api,
        "/api/organizations/default/volumes",
        volumes => volumes.GetProperty("items").EnumerateArray().Any(item => item.GetProperty("exact").GetBoolean() && Math.Round(item.GetProperty("total").GetDouble(), 6) == total));

    private static async Task<List<(string Name, double Total, double Kept, bool IsExact)>> VolumesAsync(HttpClient api, string by) =>
        [.. (await api.GetJsonAsync($"/api/organizations/default/volumes?by={by}")).GetProperty("items").EnumerateArray().Select(item => (
            item.GetProperty(by).GetString()!, Math.Round(item.GetProperty("total").GetDouble(), 6), Math.Round(item.GetProperty("kept").GetDouble(), 6),
            item.GetProperty("exact").GetBoolean()))];

    // The sampler polls and reports every ten seconds.
    private static async Task WaitAsync(HttpClient api, string path, Func<JsonElement, bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2), TimeProvider.System);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        JsonElement answer;
        do
        {
            Assert.False(patience.IsCancellationRequested, $"{path} did not become what was waited for.");
            await timer.WaitForNextTickAsync(CancellationToken.None);
            answer = await api.GetJsonAsync(path);
        }
        while (!isSo(answer));
    }

    private static async Task<RunningService> StartAsync(Uri api)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ShopNet.dll"), "storefront", "--urls", "http://127.0.0.1:0"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var name in Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(variable => (string)variable.Key)
            .Where(name => name.StartsWith("OTEL_", StringComparison.Ordinal) || name.StartsWith("DYNAMIC_SAMPLING_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["DYNAMIC_SAMPLING_ENDPOINT"] = api.ToString();
        start.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = api.ToString();
        var process = Process.Start(start)!;
        var address = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System)
            ?? throw new InvalidOperationException("The storefront has ended.");
        return new(process, new() { BaseAddress = new(address) });
    }

    private sealed record RunningService(Process Process, HttpClient Client) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            Process.Kill();
            await Process.WaitForExitAsync();
            Process.Dispose();
        }
    }
}
