using System.Text.Json;

namespace DynamicSampling.Tests.Sampler;

/// <summary>The last good rates on disk.</summary>
public sealed class CacheFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sampler-");

    private string CacheFile => Path.Combine(_folder.FullName, "rates.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Start_ServiceDown_BeginsWithTheLastRates()
    {
        using (var host = Host())
        {
            host.Service.Rates = FakeService.Strategy(0, ("work", 1));
            await host.SettleAsync();
        }

        Assert.Equal([CacheFile], Directory.GetFiles(_folder.FullName));
        using var next = Host(options => options.InitialSampleRate = 0.5);
        next.Service.OnPoll = (_, _) => throw new HttpRequestException("Connection refused");
        await next.SettleAsync();

        Assert.Equal((1, 0), (next.KeptShareOf("work"), next.KeptShareOf("else")));
        Assert.Equal(FakeService.TagOf(FakeService.Strategy(0, ("work", 1))), next.Service.Polls.First().Headers["If-None-Match"]);
    }

    public static TheoryData<string> Corrupted => ["", "{", "null", "[]", "{}", """{"service":"checkout","tag":5,"strategy":{}}""", Cached("checkout", FakeService.Strategy(2)), Cached("billing", FakeService.Strategy(0))];

    [Theory]
    [MemberData(nameof(Corrupted))]
    public async Task Start_FileThatIsNoGood_IsIgnoredAndReplaced(string content)
    {
        await File.WriteAllTextAsync(CacheFile, content);
        using var host = Host();
        host.Service.OnPoll = (_, _) => throw new HttpRequestException("Connection refused");
        await host.SettleAsync();
        Assert.Equal(1, host.KeptShareOf("work"));
        Assert.Equal([5, 1], host.Logs.Entries.Select(entry => entry.Id));

        host.Service.OnPoll = null;
        await host.NextAsync();
        using var written = JsonDocument.Parse(await File.ReadAllTextAsync(CacheFile));
        Assert.Equal("checkout", written.RootElement.GetProperty("service").GetString());
        Assert.Equal(FakeService.Strategy(0.5), written.RootElement.GetProperty("strategy").GetRawText());
    }

    [Fact]
    public async Task Write_FolderThatIsNotThere_IsSaidOnceAndHarmsNothing()
    {
        using var host = Host(options => options.CacheFile = Path.Combine(_folder.FullName, "nowhere", "rates.json"));
        await host.SettleAsync();
        host.Service.Rates = FakeService.Strategy(0);
        await host.NextAsync();

        Assert.Equal(0, host.KeptShareOf("work"));
        Assert.Equal([5], host.Logs.Entries.Select(entry => entry.Id));
    }

    private static string Cached(string service, string strategy) => $$"""{"service":"{{service}}","tag":null,"strategy":{{strategy}}}""";

    private SamplerHost Host(Action<DynamicSampling.Sampler.RemoteSamplerOptions>? configure = null) => new(options =>
    {
        options.CacheFile = CacheFile;
        configure?.Invoke(options);
    });
}
