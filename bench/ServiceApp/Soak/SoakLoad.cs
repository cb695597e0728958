using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using DynamicSampling.Benchmarks.Otlp;
using Google.Protobuf;

namespace DynamicSampling.ServiceApp.Soak;

/// <summary>
/// Clients of all kinds, each of which sends its next request when the last one is answered. Their names are always the same: what a service that has gone
/// takes up is given back after an hour, which is the matter of a test with a clock of its own.
/// </summary>
internal sealed class SoakLoad(Uri service) : IDisposable
{
    private const int Services = 50;
    private const int VolumesARequest = 20;

    private static readonly string[] Reads =
    [
        "/api/organizations", "/api/organizations/acme", "/api/organizations/acme/rates", "/api/organizations/acme/volumes?by=transaction&window=5m", "/api/organizations/acme/projects",
        "/api/organizations/acme/goal", "/api/organizations/acme/projects/project-1/rates", "/api/organizations/acme/projects/project-1/rules", "/api/organizations/default/clients", "/api/strategies.json",
        "/api/runs?limit=20", "/api/tasks", "/api/cluster", "/api/export", "/health/ready", "/openapi/v1.json",
    ];

    private readonly HttpClient _client = new() { BaseAddress = service };
    private long _spans;
    private long _volumes;
    private long _polls;
    private long _reads;
    private long _failures;
    private long _posted;
    private int _seed;
    private string? _firstFailure;

    /// <summary>Answers so far, by kind.</summary>
    public (long Exports, long Volumes, long Polls, long Reads) Answers =>
        (Interlocked.Read(ref _spans), Interlocked.Read(ref _volumes), Interlocked.Read(ref _polls), Interlocked.Read(ref _reads));

    /// <summary>Answers that were no success, and requests without an answer.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    public string? FirstFailure => Volatile.Read(ref _firstFailure);

    /// <summary>The sum of what was posted and acknowledged.</summary>
    public long Posted => Interlocked.Read(ref _posted);

    /// <summary>Sends until it is told to stop.</summary>
    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(
        RepeatAsync(ExportAsync, stopping), RepeatAsync(ExportAsync, stopping),
        RepeatAsync(PostAsync, stopping), RepeatAsync(PostAsync, stopping),
        RepeatAsync(PollAsync, stopping), RepeatAsync(PollAsync, stopping),
        RepeatAsync(ReadAsync, stopping));

    public void Dispose() => _client.Dispose();

    private async Task RepeatAsync(Func<int, Task> request, CancellationToken stopping)
    {
        // What is under way is always waited for, so that all that was acknowledged is known.
        await Task.Yield();
        for (var number = 0; !stopping.IsCancellationRequested; number++)
        {
            try
            {
                await request(number);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
            {
                Fail(exception.Message);
            }
        }
    }

    private async Task ExportAsync(int number)
    {
        var now = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() * 1_000_000_000;
        var request = TraceBodies.Request(rootPercentage: 10, $"service-{number % Services}", Interlocked.Increment(ref _seed), now);
        using var content = new ByteArrayContent(request.ToByteArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        using var response = await _client.PostAsync("/v1/traces", content);
        if (Check(response))
            Interlocked.Increment(ref _spans);
    }

    private async Task PostAsync(int number)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/volumes")
        {
            Content = JsonContent.Create(Enumerable.Range(0, VolumesARequest).Select(item => new
            {
                organization = "acme", project = $"project-{(number + item) % 10}", transaction = $"GET /step-{item}", total = 10 + item, kept = 1, release = "1.0",
            })),
        };
        // Of keys it keeps a day's.
        if (number % 10 == 0)
            request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        using var response = await _client.SendAsync(request);
        if (!Check(response))
            return;
        Interlocked.Increment(ref _volumes);
        Interlocked.Add(ref _posted, (VolumesARequest * 10) + (VolumesARequest * (VolumesARequest - 1) / 2));
    }

    private async Task PollAsync(int number)
    {
        using var response = await _client.GetAsync(string.Create(CultureInfo.InvariantCulture, $"/sampling?service=service-{number % Services}"));
        if (Check(response))
            Interlocked.Increment(ref _polls);
    }

    private async Task ReadAsync(int number)
    {
        using var response = await _client.GetAsync(Reads[number % Reads.Length]);
        if (Check(response))
            Interlocked.Increment(ref _reads);
    }

    private bool Check(HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode)
            Fail($"{(int)response.StatusCode} of {response.RequestMessage?.RequestUri?.PathAndQuery}");
        return response.IsSuccessStatusCode;
    }

    private void Fail(string what)
    {
        Interlocked.Increment(ref _failures);
        Interlocked.CompareExchange(ref _firstFailure, what, comparand: null);
    }
}
