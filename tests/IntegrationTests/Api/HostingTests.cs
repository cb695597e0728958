using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using DynamicSampling.Api;
using DynamicSampling.Api.Hosting;
using DynamicSampling.IntegrationTests.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Options;

namespace DynamicSampling.IntegrationTests.Api;

public class HostingTests
{
    [Theory]
    [InlineData("--urls=http://0.0.0.0:0", "http://0.0.0.0:0")]
    [InlineData("--urls=http://*:5000", "http://*:5000")]
    [InlineData("--urls=http://+:5000", "http://+:5000")]
    [InlineData("--urls=http://[::]:5000", "http://[::]:5000")]
    [InlineData("--urls=http://192.0.2.1:5000", "http://192.0.2.1:5000")]
    [InlineData("--urls=http://sampling.example.com:5000", "http://sampling.example.com:5000")]
    [InlineData("--urls=http://localhost.example.com:5000", "http://localhost.example.com:5000")]
    [InlineData("--urls=http://localhost:5000; https://0.0.0.0:5001", "https://0.0.0.0:5001")]
    [InlineData("--http_ports=8080", "http://*:8080")]
    [InlineData("--https_ports=8443;8444", "https://*:8443")]
    [InlineData("--Kestrel:Endpoints:x:Url=http://0.0.0.0:5000", "http://0.0.0.0:5000")]
    [InlineData("--Kestrel:Endpoints:x:Url=http://example.com", "http://example.com")]
    public async Task Start_AddressOthersCanReachWithoutKeys_IsRefusedWithWhatToDo(string argument, string address)
    {
        var folder = Directory.CreateTempSubdirectory("dynamic-sampling-tests-");
        StartupException exception;
        await using (var app = ApiBuilder.Build([argument, "--Logging:LogLevel:Default=None", $"--ConnectionStrings:DynamicSampling=Data Source={folder.FullName}/test.db;Pooling=False"]))
        {
            exception = await Assert.ThrowsAsync<StartupException>(() => app.StartAsync());
            // What had started by then goes on until it is stopped.
            await app.StopAsync();
        }

        folder.Delete(recursive: true);

        Assert.Contains($"'{address}'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("http://localhost:5000", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Authentication:AllowAnonymous=true", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Authentication:ApiKeys", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--urls=http://127.0.0.1:5000")]
    [InlineData("--urls=http://127.1.2.3:5000")]
    [InlineData("--urls=http://[::1]:5000")]
    [InlineData("--urls=http://localhost:5000;http://LOCALHOST:5001")]
    [InlineData("--urls=http://unix:/tmp/sampling.sock")]
    [InlineData("--Kestrel:Endpoints:x:Url=http://localhost:5000")]
    [InlineData("--urls=http://0.0.0.0:0", "--Authentication:AllowAnonymous=true")]
    [InlineData("--urls=http://*:5000", "--Authentication:AllowAnonymous=true")]
    [InlineData("--http_ports=8080", "--Authentication:AllowAnonymous=true")]
    [InlineData("--Kestrel:Endpoints:x:Url=http://0.0.0.0:5000", "--Authentication:AllowAnonymous=true")]
    [InlineData("--http_ports=8080", "--urls=http://localhost:5000")]
    [InlineData]
    public async Task Build_LoopbackOrAllowed_IsAccepted(params string[] arguments)
    {
        await using var app = ApiBuilder.Build(arguments);

        Assert.NotNull(app);
    }

    [Fact]
    public async Task Program_AddressOthersCanReach_SaysWhatToDoAndExits()
    {
        var folder = Directory.CreateTempSubdirectory("dynamic-sampling-tests-");
        var (exitCode, error) = await RunProgramAsync("--urls", "http://0.0.0.0:0", "--ConnectionStrings:DynamicSampling", $"Data Source={folder.FullName}/test.db");
        folder.Delete(recursive: true);

        Assert.Equal(1, exitCode);
        Assert.Contains("Authentication:AllowAnonymous=true", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Program_AddressIsTaken_SaysSoAndExits()
    {
        var directory = Directory.CreateTempSubdirectory("dynamic-sampling-tests-");
        try
        {
            using var other = new TcpListener(IPAddress.Loopback, 0);
            other.Start();
            var (exitCode, error) = await RunProgramAsync(
                "--urls", $"http://{other.LocalEndpoint}", "--ConnectionStrings:DynamicSampling", $"Data Source={Path.Combine(directory.FullName, "test.db")}");

            Assert.Contains($"http://{other.LocalEndpoint}: address already in use", error, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
            Assert.Equal(1, exitCode);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Get_ForeignHostName_IsRefused()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/runs");
        request.Headers.Host = "evil.example";
        using var response = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Database_ReaderIsOpen_WritersDoNotWait()
    {
        await using var host = new ApiHost { Storage = TestStorage.Sqlite };
        using var client = await host.WithVolumesAsync("acme", ("a", 1));
        await using var reader = (SqliteConnection)host.Database.Open();
        await using var transaction = reader.BeginTransaction(deferred: true);
        await using var query = reader.CreateCommand();
        query.CommandText = "SELECT (SELECT COUNT(*) FROM volumes) || (SELECT journal_mode FROM pragma_journal_mode)";
        var seen = await query.ExecuteScalarAsync();
        using var more = await host.WithVolumesAsync("acme", ("b", 1));

        Assert.Equal("1wal", seen);
        Assert.Equal("1wal", await query.ExecuteScalarAsync());
    }

    [Theory]
    [InlineData("Sampling:DefaultTargetSampleRate", "2")]
    [InlineData("Sampling:DefaultTargetSampleRate", "-0.1")]
    [InlineData("Sampling:DefaultTargetSampleRate", "NaN")]
    [InlineData("Sampling:MinimumSampleRate", "1.1")]
    [InlineData("Sampling:PublishThreshold", "2")]
    [InlineData("Sampling:ExplicitTransactions", "100")]
    [InlineData("Sampling:SmallestTransactions", "70")]
    [InlineData("Ingest:MaxBodyBytes", "1023")]
    [InlineData("Ingest:MaxBodyBytes", "1073741825")]
    [InlineData("Scheduling:Cycle", "00:00:00.9")]
    [InlineData("Scheduling:Cycle", "1.00:00:01")]
    [InlineData("Storage:MaxVolumeRows", "999")]
    [InlineData("Storage:MaxVolumeRows", "10000000001")]
    [InlineData("Cluster:Node", "'; DROP TABLE nodes; --")]
    [InlineData("Cluster:Node", "<script>")]
    [InlineData("Cluster:Node", "a\r\nX-Injected: 1")]
    [InlineData("Cluster:Node", "a\n")]
    [InlineData("Cluster:Node", "{0}")]
    [InlineData("Cluster:Node", "..%2F")]
    [InlineData("Cluster:Node", "é")]
    [InlineData("Notifications:WebhookUrl", "/relative")]
    [InlineData("Notifications:WebhookUrl", "ftp://localhost/hook")]
    [InlineData("Notifications:Timeout", "00:02:00")]
    [InlineData("Notifications:Retries", "11")]
    [InlineData("Limits:IngestPerSecond", "-1")]
    [InlineData("Limits:ShareOfOne", "0")]
    [InlineData("Limits:MaxOrganizations", "0")]
    [InlineData("Limits:MaxSettingsBytes", "1023")]
    [InlineData("Limits:DataRateGracePeriod", "00:00:01")]
    public async Task Start_SettingOutOfRange_IsRefusedByName(string key, string value)
    {
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(key, value));

        Assert.Contains(key.Split(':')[1], exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Sampling:DefaultTargetSampleRate", "much")]
    [InlineData("Ingest:MaxBodyBytes", "64 MiB")]
    [InlineData("Scheduling:Enabled", "sometimes")]
    public async Task Start_SettingOfTheWrongKind_IsRefusedByName(string key, string value)
    {
        var exception = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => StartAsync(key, value));

        Assert.Contains(key, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_DatabaseOfANewerVersion_IsRefused()
    {
        var directory = Directory.CreateTempSubdirectory("dynamic-sampling-tests-").FullName;
        try
        {
            await using var newer = new ApiHost(directory: directory);
            using var client = await newer.WithVolumesAsync("acme", ("p", 1));
            newer.Sql("INSERT INTO schema_versions (version, name, applied_at) VALUES (9999, '9999_future.sql', 0)");
            var exception = await Assert.ThrowsAnyAsync<InvalidOperationException>(() => StartAsync(
                "ConnectionStrings:DynamicSampling", newer.Database.ConnectionString, $"--Storage:Provider={newer.Database.Provider}"));

            Assert.Contains("schema version 9999", exception.Message, StringComparison.Ordinal);
            Assert.Contains("newer version", exception.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task Start_Again_KeepsEverything()
    {
        var directory = Directory.CreateTempSubdirectory("dynamic-sampling-tests-").FullName;
        try
        {
            await using (var first = new ApiHost(directory: directory))
            {
                using var client = await first.WithVolumesAsync("acme", ("p", 1));
            }

            await using var second = new ApiHost(directory: directory);
            using var again = await second.WithVolumesAsync("acme", ("p", 2));

            Assert.Equal(3, (await again.GetJsonAsync("/api/organizations/acme/volumes")).GetProperty("items")[0].GetProperty("total").GetDouble());
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Theory]
    [InlineData("/api/runs?limit=abc", "limit")]
    [InlineData("/api/runs?limit=0", "limit must be from 1 to 1000")]
    [InlineData("/api/runs?status=done", "completed")]
    [InlineData("/api/runs?since=yesterday", "RFC 3339")]
    [InlineData("/api/runs?cursor=abc", "cursor")]
    [InlineData("/api/runs?cursor=e30", "cursor")]
    [InlineData("/api/organizations?limit=abc", "limit")]
    [InlineData("/api/organizations/acme/volumes?limit=abc", "limit")]
    [InlineData("/api/organizations/acme/rates?limit=abc", "limit")]
    [InlineData("/api/organizations/acme/rates?limit=1&limit=2", "limit")]
    [InlineData("/api/organizations/acme/rates?version=0x10", "version")]
    [InlineData("/api/organizations/acme/rates?cursor=e30", "cursor")]
    public async Task Get_BadQuery_IsNeverAnEmpty400(string path, string said)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.GetAsync(path);

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, said);
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/api")]
    [InlineData("/api/organizations/a/b")]
    [InlineData("/api/organizations/a/b/volumes")]
    public async Task Get_UnknownPath_SaysWhereToLook(string path)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.GetAsync(path);

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.NotFound, "/openapi/v1.json");
    }

    [Theory]
    [InlineData("PATCH", "/api/organizations/acme", "GET", "PUT", "DELETE")]
    [InlineData("GET", "/api/volumes", "POST")]
    [InlineData("DELETE", "/api/organizations/acme/volumes", "GET")]
    [InlineData("GET", "/api/tasks/boost_low_volume_projects", "POST")]
    [InlineData("POST", "/health/ready", "GET")]
    public async Task Send_MethodThatIsNotThere_SaysWhichAre(string method, string path, params string[] allowed)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), path);
        using var response = await client.SendAsync(request);

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.MethodNotAllowed, [$"{method} is not allowed", .. allowed]);
        Assert.Equal(allowed.Order(StringComparer.Ordinal), response.Content.Headers.Allow.Order(StringComparer.Ordinal));
    }

    // A browser that opens an address, and a client that wants something else altogether.
    [Theory]
    [InlineData("/api/organizations?limit=0", HttpStatusCode.BadRequest, "limit must be from 1")]
    [InlineData("/api/nowhere", HttpStatusCode.NotFound, "openapi")]
    [InlineData("/api/runs/x", HttpStatusCode.NotFound, "There is no run")]
    public async Task Get_ErrorForClientsThatAcceptNoJson_StillSaysWhatIsWrong(string path, HttpStatusCode status, string said)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        client.DefaultRequestHeaders.Add("Accept", "text/html");
        using var response = await client.GetAsync(path);

        var problem = await HttpAssert.IsProblemAsync(response, status, said);
        Assert.Equal(["type", "title", "status", "detail", "traceId"], problem.EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task Health_DatabaseAnswers_IsReady()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var live = await client.GetJsonAsync("/health/live");
        var ready = await client.GetJsonAsync("/health/ready");

        Assert.Equal("Healthy", live.GetProperty("status").GetString());
        Assert.Equal("Healthy", ready.GetProperty("status").GetString());
        Assert.Equal(["storage", "settings"], ready.GetProperty("parts").EnumerateArray().Select(part => part.GetProperty("name").GetString()));
        Assert.All(ready.GetProperty("parts").EnumerateArray(), part => Assert.Equal("Healthy", part.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task Health_DatabaseIsBroken_IsLiveButNotReadyAndSaysWhy()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        host.Sql("DROP TABLE schema_versions");
        using var ready = await client.GetAsync("/health/ready");
        using var live = await client.GetAsync("/health/live");
        var report = await ready.ReadJsonAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal("Unhealthy", report.GetProperty("status").GetString());
        var part = Assert.Single(report.GetProperty("parts").EnumerateArray(), part => part.GetProperty("status").GetString() != "Healthy");
        Assert.Equal(("storage", "Unhealthy"), (part.GetProperty("name").GetString(), part.GetProperty("status").GetString()));
        Assert.Contains("schema_versions", part.GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
    }

    [Fact]
    public async Task Get_DatabaseIsBroken_Is500WithoutItsInsides()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        host.Sql("DROP TABLE volumes");
        using var response = await client.GetAsync("/api/organizations/acme/volumes");

        var problem = await HttpAssert.IsProblemAsync(response, HttpStatusCode.InternalServerError, "traceId");
        Assert.DoesNotContain("SQLite", problem.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("relation", problem.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.True(problem.TryGetProperty("traceId", out _));
    }

    private static async Task<(int ExitCode, string Error)> RunProgramAsync(params IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(ApiBuilder).Assembly.Location, .. arguments, "--Logging:LogLevel:Default=None"])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, error);
    }

    // Not by the factory, which may see the host disposed before it sees why.
    private static async Task StartAsync(string key, string value, params string[] more)
    {
        await using var app = ApiBuilder.Build(
        [
            "--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=None", "--ConnectionStrings:DynamicSampling=Data Source=:memory:", $"--{key}={value}", .. more,
        ]);
        await app.StartAsync();
    }
}
