using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using DynamicSampling.Api.Endpoints;
using DynamicSampling.IntegrationTests.Storage;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.SamplingTasks;
using DynamicSampling.Tests;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DynamicSampling.IntegrationTests.Api;

/// <summary>
/// The service as it is, with a database of its own and a clock that stands still. The type argument is any type of the
/// service's assembly.
/// </summary>
internal sealed class ApiHost : WebApplicationFactory<TaskRequest>
{
    private readonly string _directory;
    private readonly bool _ownsDirectory;
    private readonly Action<IWebHostBuilder>? _configure;
    private readonly Lazy<TestDatabase> _database;

    public ApiHost(Action<IWebHostBuilder>? configure = null, string? directory = null, params ISamplingTask[] tasks)
    {
        _ownsDirectory = directory is null;
        _directory = directory ?? Directory.CreateTempSubdirectory("dynamic-sampling-tests-").FullName;
        _configure = configure;
        _database = new(() => new(Storage, _directory));
        Tasks = tasks;
        ClientOptions.BaseAddress = new("http://localhost");
        ClientOptions.AllowAutoRedirect = false;
    }

    public ManualTimeProvider Clock { get; } = new();

    /// <summary>The system's clock instead of <see cref="Clock"/>, for clients that have no other.</summary>
    public bool UsesSystemClock { get; init; }

    /// <summary>As in production, for tests of many requests. Otherwise a file of SQLite is closed after each, and so can be looked at and deleted.</summary>
    public bool PoolsConnections { get; init; }

    public IReadOnlyList<ISamplingTask> Tasks { get; }

    /// <summary>For tests that are about one kind of database.</summary>
    public TestStorage Storage { get; init; } = TestDatabase.Default;

    /// <summary>For what is done behind the service's back.</summary>
    public TestDatabase Database => _database.Value;

    // One inotify instance a host is too many for a test run.
    [ModuleInitializer]
    internal static void DoNotWatchSettings() => Environment.SetEnvironmentVariable("DOTNET_hostBuilder__reloadConfigOnChange", "false");

    // The service does so as well, but here something may have been decompressed before the first one is built.
    [ModuleInitializer]
    internal static void ValidateCompressedBodies() => AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", isEnabled: true);

    /// <summary>Serves on a socket, for clients of other processes.</summary>
    public HttpClient Listen()
    {
        UseKestrel();
        StartServer();
        return CreateClient();
    }

    public async Task<HttpClient> WithVolumesAsync(string organization, params (string Project, double Total)[] volumes)
    {
        var client = CreateClient();
        using var response = await client.PostAsJsonAsync(
            "/api/volumes", volumes.Select(volume => new { organization, project = volume.Project, transaction = "GET /", total = volume.Total }));
        response.EnsureSuccessStatusCode();
        return client;
    }

    /// <summary>Changes the database behind the service's back.</summary>
    public void Sql(string sql, params IEnumerable<(string Name, object Value)> parameters) => Database.Execute(sql, parameters);

    /// <summary>Counts the rows of a table, with a condition if need be.</summary>
    public long Count(string table) => (long)Database.Scalar($"SELECT COUNT(*) FROM {table}")!;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (!_ownsDirectory)
            return;
        if (_database.IsValueCreated)
            await Database.DropAsync();
        try
        {
            Directory.Delete(_directory, recursive: true);
        }
        catch (IOException)
        {
            // SQLite has put a file of its own there meanwhile; with its last connection that goes.
            SqliteConnection.ClearAllPools();
            Directory.Delete(_directory, recursive: true);
        }
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("Storage:Provider", Database.Provider);
        builder.UseSetting("ConnectionStrings:DynamicSampling", PoolsConnections ? Database.ConnectionString.Replace("Pooling=False", "Pooling=True", StringComparison.Ordinal) : Database.ConnectionString);
        // For tests that want a real server: the ports that it takes by itself may be somebody else's here.
        builder.UseSetting(WebHostDefaults.ServerUrlsKey, "http://127.0.0.1:0");
        // Nothing runs but what the test asks for.
        builder.UseSetting("Scheduling:Enabled", "false");
        // Tests that let months pass would flush, and look for keys, millions of times.
        if (!UsesSystemClock)
        {
            builder.UseSetting("Ingest:FlushInterval", "00:01:00");
            builder.UseSetting("Authentication:RefreshInterval", "00:01:00");
        }

        builder.ConfigureLogging(logging => logging.ClearProviders());
        builder.ConfigureTestServices(services =>
        {
            if (!UsesSystemClock)
                services.AddSingleton<TimeProvider>(Clock);
            foreach (var task in Tasks)
                services.AddSingleton(task);
        });
        _configure?.Invoke(builder);
    }
}

/// <summary>A task whose body is the test's.</summary>
internal sealed class ScriptedTask(string name, Func<TaskContext, string?, Task> body, double maxSeconds = 60) : ISamplingTask
{
    public string Name => name;

    public string Description => "Does what a test asks for.";

    public TimeSpan MaxExecution => TimeSpan.FromSeconds(maxSeconds);

    public Task RunAsync(TaskContext context, SamplingTaskRequest request) => body(context, request.Organization);
}

internal static class HttpExtensions
{
    public static async Task<JsonElement> ReadJsonAsync(this HttpResponseMessage response)
    {
        await using var body = await response.Content.ReadAsStreamAsync();
        using var document = await JsonDocument.ParseAsync(body);
        return document.RootElement.Clone();
    }

    public static async Task<JsonElement> GetJsonAsync(this HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        response.EnsureSuccessStatusCode();
        return await response.ReadJsonAsync();
    }

    public static Task<HttpResponseMessage> RunTaskAsync(this HttpClient client, string task, object? body = null) =>
        client.PostAsJsonAsync($"/api/tasks/{task}", body ?? new { });

    /// <summary>Asks again until it is so; the server works on another thread.</summary>
    public static async Task<JsonElement> WaitForAsync(this HttpClient client, string path, Func<JsonElement, bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (true)
        {
            var json = await client.GetJsonAsync(path);
            if (isSo(json))
                return json;
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
