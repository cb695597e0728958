using System.Net.Http.Json;
using System.Text.Json;
using DynamicSampling.IntegrationTests.Api;

namespace DynamicSampling.IntegrationTests.Ingest;

/// <summary>Requests of OTLP in JSON, as a test needs them.</summary>
internal static class Traces
{
    private static long _ids;

    /// <summary>Root spans of a service that start at an instant; each call makes others.</summary>
    public static object Roots(string service, string name, int count, DateTimeOffset start) =>
        Request(service, [.. Enumerable.Range(0, count).Select(_ => Root(name, start))]);

    /// <summary>A root span with ids of its own.</summary>
    public static object Root(string name, DateTimeOffset start)
    {
        var id = (ulong)Interlocked.Increment(ref _ids);
        return new
        {
            // Spread like random ones, but the same at every run.
            traceId = $"{unchecked(id * 0x9E3779B97F4A7C15):x16}{unchecked(id * 0xD1B54A32D192ED03):x16}",
            spanId = $"{id:x16}",
            name,
            startTimeUnixNano = $"{start.ToUnixTimeMilliseconds()}000000",
        };
    }

    public static object Request(string service, params object[] spans) => new
    {
        resourceSpans = new[]
        {
            new
            {
                resource = new { attributes = new[] { new { key = "service.name", value = new { stringValue = service } } } },
                scopeSpans = new[] { new { spans } },
            },
        },
    };

    /// <summary>Sends a request, which must be taken.</summary>
    public static async Task<JsonElement> SendTracesAsync(this HttpClient client, object request, string path = "/v1/traces")
    {
        using var response = await client.PostAsJsonAsync(path, request);
        response.EnsureSuccessStatusCode();
        return await response.ReadJsonAsync();
    }
}
