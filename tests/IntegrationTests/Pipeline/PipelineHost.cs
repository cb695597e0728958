using System.Net.Http.Headers;
using System.Text.Json;
using DynamicSampling.Tasks.Pipeline;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DynamicSampling.IntegrationTests.Pipeline;

/// <summary>A small application of its own for each test: in memory, silent, with a clock that stands still.</summary>
internal sealed class PipelineHost : IAsyncDisposable
{
    /// <summary>How long a test waits for what must happen, before it is called hung.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Twenty hosts that watch their settings would exhaust the machine's inotify instances.
    private static readonly string[] Arguments = ["--hostBuilder:reloadConfigOnChange=false", "--environment=Production"];

    private PipelineHost(WebApplication app, HttpClient client)
    {
        App = app;
        Client = client;
    }

    public WebApplication App { get; }

    public HttpClient Client { get; }

    public ManualTimeProvider Clock => App.Services.GetRequiredService<ManualTimeProvider>();

    public RunHistory History => App.Services.GetRequiredService<RunHistory>();

    public RunRegistry Registry => App.Services.GetRequiredService<RunRegistry>();

    /// <summary>Builds and starts an application with the pipeline's services.</summary>
    public static Task<PipelineHost> StartAsync(
        Action<WebApplication> map, Action<TaskPipelineOptions>? options = null, Action<IServiceCollection>? services = null, bool kestrel = false) =>
        StartBareAsync(
            map,
            added =>
            {
                services?.Invoke(added);
                added.AddDynamicSamplingTasks(options);
            },
            kestrel);

    /// <summary>Builds and starts an application with no more than the test's services.</summary>
    public static async Task<PipelineHost> StartBareAsync(
        Action<WebApplication> map, Action<IServiceCollection>? services = null, bool kestrel = false)
    {
        var builder = WebApplication.CreateBuilder(Arguments);
        builder.Logging.ClearProviders();
        var clock = new ManualTimeProvider();
        builder.Services.AddSingleton(clock);
        builder.Services.AddSingleton<TimeProvider>(clock);
        services?.Invoke(builder.Services);
        if (kestrel)
            builder.WebHost.UseUrls("http://127.0.0.1:0");
        else
            builder.WebHost.UseTestServer();

        var app = builder.Build();
        try
        {
            map(app);
            await app.StartAsync();
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        return new(app, kestrel ? new HttpClient { BaseAddress = new(app.Urls.First()) } : app.GetTestClient());
    }

    /// <summary>The runs in the store, newest first.</summary>
    public async Task<IReadOnlyList<TaskRun>> ListRunsAsync() => await History.ListAsync(new(), CancellationToken.None);

    /// <summary>The one run in the store.</summary>
    public async Task<TaskRun> SingleRunAsync() => Assert.Single(await ListRunsAsync());

    /// <summary>Sends JSON as it is written.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, string json) =>
        Client.PostAsync(new Uri(path, UriKind.Relative), new StringContent(json, new MediaTypeHeaderValue("application/json")));

    public Task<HttpResponseMessage> GetAsync(string path) => Client.GetAsync(new Uri(path, UriKind.Relative));

    /// <summary>Gets a body that must be a success.</summary>
    public async Task<string> GetTextAsync(string path)
    {
        using var response = await GetAsync(path);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}: {text}");
        return text;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.DisposeAsync();
    }
}

internal static class ResponseExtensions
{
    public static async Task<JsonElement> ReadJsonAsync(this HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(text.Length > 0, $"{(int)response.StatusCode} without a body");
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    /// <summary>Reads problem details, which must have the given status in the response and in the body.</summary>
    public static async Task<JsonElement> ReadProblemAsync(this HttpResponseMessage response, int status)
    {
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.ReadJsonAsync();
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        return problem;
    }

    public static string? Header(this HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values)
            ? string.Join(", ", values)
            : null;
}
