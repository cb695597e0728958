using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;

namespace DynamicSampling.Tests.Sampler;

/// <summary>A DynamicSampling service as a sampler sees it, without a network.</summary>
internal sealed class FakeService : HttpMessageHandler
{
    public ConcurrentQueue<FakeRequest> Polls { get; } = new();

    public ConcurrentQueue<FakeRequest> Reports { get; } = new();

    /// <summary>Answers polls; by default with the rates of <see cref="Rates"/>.</summary>
    public Func<FakeRequest, CancellationToken, Task<HttpResponseMessage>>? OnPoll { get; set; }

    /// <summary>Answers reports; by default they are taken.</summary>
    public Func<FakeRequest, CancellationToken, Task<HttpResponseMessage>>? OnReport { get; set; }

    /// <summary>What is served, with an entity tag made of it.</summary>
    public string Rates { get; set; } = Strategy(0.5);

    public static string Strategy(double rate, params (string Operation, double Rate)[] operations) => JsonSerializer.Serialize(new
    {
        strategyType = "PROBABILISTIC",
        probabilisticSampling = new { samplingRate = rate },
        operationSampling = new
        {
            defaultSamplingProbability = rate,
            defaultLowerBoundTracesPerSecond = 0.0,
            perOperationStrategies = operations.Select(operation => new { operation = operation.Operation, probabilisticSampling = new { samplingRate = operation.Rate } }),
            defaultUpperBoundTracesPerSecond = 0.0,
        },
    });

    public static string TagOf(string rates) => $"\"{rates.Length}-{rates.GetHashCode(StringComparison.Ordinal)}\"";

    public static HttpResponseMessage Answer(string body, string? tag = null)
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (tag is not null)
            response.Headers.TryAddWithoutValidation("ETag", tag);
        return response;
    }

    public static Task<HttpResponseMessage> Answer(HttpStatusCode status) => Task.FromResult(new HttpResponseMessage(status));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var seen = new FakeRequest(
            request.RequestUri!,
            request.Headers.ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase),
            request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken));
        if (request.Method == HttpMethod.Post)
        {
            Reports.Enqueue(seen);
            return OnReport is null ? Answer("""{"taken":1,"repeated":false}""") : await OnReport(seen, cancellationToken);
        }

        Polls.Enqueue(seen);
        if (OnPoll is not null)
            return await OnPoll(seen, cancellationToken);
        var tag = TagOf(Rates);
        return seen.Headers.GetValueOrDefault("If-None-Match") == tag ? new(HttpStatusCode.NotModified) : Answer(Rates, tag);
    }
}

internal sealed record FakeRequest(Uri Uri, Dictionary<string, string> Headers, string Body)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public (string Operation, long Total, long Kept)[] Operations => [.. Json.GetProperty("operations").EnumerateArray()
        .Select(item => (item.GetProperty("operation").GetString()!, item.GetProperty("total").GetInt64(), item.GetProperty("kept").GetInt64()))
        .OrderBy(item => item.Item1, StringComparer.Ordinal)];
}
