using System.Net.Http.Json;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.Tasks.SamplingTasks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Dashboard;

/// <summary>A service with something to see: a day's traffic of two projects, settings, a custom rule, and two versions of rates.</summary>
internal sealed class FilledHost : IAsyncDisposable
{
    public const string Organization = "acme & sons/<b>";

    private string _run = "";
    private string _rule = "";

    private FilledHost(ApiHost api, HttpClient client) => (Api, Client) = (api, client);

    public ApiHost Api { get; }

    public HttpClient Client { get; }

    public Uri Address => Client.BaseAddress!;

    /// <summary>In memory, with a clock that stands still.</summary>
    public static async Task<FilledHost> StartAsync(Action<IWebHostBuilder>? configure = null)
    {
        var api = new ApiHost(configure);
        var host = new FilledHost(api, api.CreateClient());
        await host.FillAsync();
        return host;
    }

    /// <summary>On a socket, with the system's clock.</summary>
    public static async Task<FilledHost> ListenAsync(params ISamplingTask[] tasks)
    {
        var api = new ApiHost(tasks: tasks) { UsesSystemClock = true };
        var host = new FilledHost(api, api.Listen());
        await host.FillAsync();
        return host;
    }

    /// <summary>A path of the dashboard with what there is in this service in it.</summary>
    public string Path(string pattern) => string.Join('/', pattern.Split('/').Select(segment => segment switch
    {
        "{org}" => Uri.EscapeDataString(Organization),
        "{project}" or "{service}" => "checkout",
        "{id}" or "{id:guid}" => pattern.Contains("custom-rules", StringComparison.Ordinal) ? _rule : _run,
        "{task}" => "rebalance_orgs",
        ['{', ..] => throw new ArgumentException($"Nothing stands for {segment} of {pattern}.", nameof(pattern)),
        _ => segment,
    }));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Api.DisposeAsync();
    }

    private async Task FillAsync()
    {
        var organization = Uri.EscapeDataString(Organization);
        var now = Api.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        await SendAsync(HttpMethod.Post, "/api/volumes", Enumerable.Range(0, 48).SelectMany(halfHour => new[]
        {
            Volume("checkout", "GET /cart", 20_000, halfHour), Volume("checkout", "POST /order", 300, halfHour), Volume("billing", "GET /statement", 40, halfHour),
        }));
        await SendAsync(HttpMethod.Put, $"/api/organizations/{organization}", new { targetSampleRate = 0.1 });
        await SendAsync(HttpMethod.Post, "/api/tasks/rebalance_orgs", new { organization = Organization });
        await SendAsync(HttpMethod.Put, $"/api/organizations/{organization}", new { targetSampleRate = 0.05, minimumSampleRate = 0.001, biases = new { healthChecks = false } });
        _run = await SendAsync(HttpMethod.Post, "/api/tasks/rebalance_orgs", new { organization = Organization });
        _rule = await SendAsync(HttpMethod.Post, $"/api/organizations/{organization}/custom-rules", new
        {
            project = "checkout",
            condition = new { op = "glob", name = "event.transaction", value = new[] { "POST /order*" } },
            samples = 100,
            end = now.AddHours(2),
            description = "slow orders",
        });

        object Volume(string project, string transaction, double total, int halfHour) => new
        {
            organization = Organization,
            project,
            transaction,
            total = Math.Round(total * (1 + (0.5 * Math.Sin(halfHour / 8.0)))),
            kept = Math.Floor(total / 20),
            timestamp = now.AddMinutes(-30 * halfHour),
        };
    }

    // The id of what was made, where it has one.
    private async Task<string> SendAsync(HttpMethod method, string path, object body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        using var response = await Client.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return (await response.ReadJsonAsync()).TryGetProperty("id", out var id) ? id.GetString()! : "";
    }
}
