using System.Net;
using System.Net.Sockets;
using DynamicSampling.Api;
using DynamicSampling.Api.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DynamicSampling.IntegrationTests.Api;

/// <summary>Where the service listens when no address is configured, with other numbers than its own: those may be taken here.</summary>
public sealed class PortsTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dynamic-sampling-tests-");
    private readonly RecordedLogs _logs = new();
    private readonly DefaultPorts _ports = new(FreePort(), [new(FreePort(), "OTLP"), new(FreePort(), "Jaeger")]);
    private readonly HttpClient _client = new();

    private int[] All => [_ports.Main, .. _ports.Conventional.Select(port => port.Number)];

    [Fact]
    public async Task Start_AllFree_EveryPortAnswersUnderEveryNameOfLocalhost()
    {
        await using var app = Build();
        await app.StartAsync();

        Assert.Equal(All.Select(port => HasIPv6 ? $"http://localhost:{port}" : $"http://127.0.0.1:{port}"), app.Urls);
        foreach (var port in All)
        {
            await AssertAnswersAsync($"http://localhost:{port}");
            await AssertAnswersAsync($"http://127.0.0.1:{port}");
            if (HasIPv6)
                await AssertAnswersAsync($"http://[::1]:{port}");
        }

        Assert.DoesNotContain(_logs.Lines, line => line.Level > LogLevel.Information);
    }

    [Fact]
    public async Task Stop_AllPorts_AreFreeAgain()
    {
        await using (var app = Build())
        {
            await app.StartAsync();
            Assert.All(All, port => Assert.False(IsFree(port)));
            await app.StopAsync();
        }

        Assert.All(All, port => Assert.True(IsFree(port)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Start_OneIsTaken_IsOneWarningAndTheOthersAnswer(int taken)
    {
        var port = _ports.Conventional[taken];
        // Over IPv4 only: then the service does without IPv6 there, too.
        using var other = new TcpListener(IPAddress.Loopback, port.Number);
        other.Start();
        await using var app = Build();
        await app.StartAsync();

        foreach (var free in All.Where(number => number != port.Number))
            await AssertAnswersAsync($"http://localhost:{free}");
        Assert.Equal(2, app.Urls.Count);
        Assert.True(!HasIPv6 || IsFree(port.Number, IPAddress.IPv6Loopback));
        var warning = Assert.Single(_logs.Lines, line => line.Level > LogLevel.Information);
        Assert.Equal((LogLevel.Warning, 130), (warning.Level, warning.Id));
        Assert.Contains($"Port {port.Number}", warning.Message, StringComparison.Ordinal);
        Assert.Contains(port.Protocol, warning.Message, StringComparison.Ordinal);
        Assert.Contains($"http://localhost:{_ports.Main}", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_TheMainPortIsTaken_IsRefusedWithWhatToDoBeforeAnythingElseHappens()
    {
        await using var first = Build();
        await first.StartAsync();
        await using var second = Build("second.db");
        var exception = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => second.StartAsync());

        Assert.Equal("StartupException", exception.GetType().Name);
        Assert.Contains($"port {_ports.Main}", exception.Message, StringComparison.Ordinal);
        Assert.Contains("--urls", exception.Message, StringComparison.Ordinal);
        // The runs of the first, for one, must not be taken for lost.
        Assert.False(File.Exists(Path.Combine(_directory.FullName, "second.db")));
        await AssertAnswersAsync($"http://localhost:{_ports.Main}");
    }

    [Fact]
    public async Task Start_FailsLater_LeavesThePortsFree()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory.FullName, "broken.db"), new string('x', 4096));
        await using (var app = Build("broken.db"))
            await Assert.ThrowsAnyAsync<Exception>(() => app.StartAsync());

        Assert.All(All, port => Assert.True(IsFree(port)));
    }

    [Theory]
    [InlineData("--urls=http://127.0.0.1:0")]
    [InlineData("--Kestrel:Endpoints:x:Url=http://127.0.0.1:0")]
    public async Task Start_AddressIsConfigured_OnlyThatAnswers(string argument)
    {
        await using var app = Build(arguments: argument);
        await app.StartAsync();

        await AssertAnswersAsync(Assert.Single(app.Urls));
        Assert.All(All, port => Assert.True(IsFree(port)));
    }

    [Fact]
    public async Task Start_ServerInMemory_ListensNowhere()
    {
        await using var host = new ApiHost(builder => builder
            .UseSetting(WebHostDefaults.ServerUrlsKey, "")
            .ConfigureTestServices(services => services.AddSingleton(_ports)));
        using var client = host.CreateClient();
        await client.GetJsonAsync("/health/ready");

        Assert.All(All, port => Assert.True(IsFree(port)));
    }

    public void Dispose()
    {
        _client.Dispose();
        _directory.Delete(recursive: true);
    }

    private static bool HasIPv6 { get; } = Socket.OSSupportsIPv6 && IsFree(0, IPAddress.IPv6Loopback);

    private WebApplication Build(string database = "test.db", params string[] arguments)
    {
        var app = ApiBuilder.Build(
            [
                // Whatever the environment says.
                "--urls=", "--http_ports=", "--https_ports=", "--Scheduling:Enabled=false", "--Logging:Console:LogLevel:Default=None",
                $"--ConnectionStrings:DynamicSampling=Data Source={Path.Combine(_directory.FullName, database)};Pooling=False",
                .. arguments,
            ],
            _ports);
        app.Services.GetRequiredService<ILoggerFactory>().AddProvider(_logs);
        return app;
    }

    private async Task AssertAnswersAsync(string address)
    {
        using var response = await _client.GetAsync(new Uri($"{address}/health/live"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static int FreePort()
    {
        while (true)
        {
            using var socket = new TcpListener(IPAddress.Loopback, 0);
            socket.Start();
            var port = ((IPEndPoint)socket.LocalEndpoint).Port;
            if (!HasIPv6 || IsFree(port, IPAddress.IPv6Loopback))
                return port;
        }
    }

    private static bool IsFree(int port) => IsFree(port, IPAddress.Loopback) && (!HasIPv6 || IsFree(port, IPAddress.IPv6Loopback));

    private static bool IsFree(int port, IPAddress address)
    {
        try
        {
            using var socket = new TcpListener(address, port);
            socket.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
