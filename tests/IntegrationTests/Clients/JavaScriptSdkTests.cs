using DynamicSampling.IntegrationTests.Api;

namespace DynamicSampling.IntegrationTests.Clients;

/// <summary>OpenTelemetry's SDK for JavaScript sends its traces here; it is told nothing but where that is.</summary>
public class JavaScriptSdkTests
{
    [NodeTheory]
    [InlineData("proto", "none")]
    [InlineData("proto", "gzip")]
    [InlineData("json", "none")]
    [InlineData("json", "gzip")]
    public async Task Export_DefaultSettings_CountsEachRootOnceAndNoChild(string exporter, string compression)
    {
        await using var host = new ApiHost { UsesSystemClock = true };
        using var client = host.Listen();
        await using (var node = NodeProcess.Start("traffic.mjs", variables: new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = new Uri(client.BaseAddress!, "/o/acme").AbsoluteUri,
            ["OTEL_EXPORTER_OTLP_COMPRESSION"] = compression,
        }))
        {
            await node.SendAsync(new
            {
                @do = "start",
                services = new object[]
                {
                    new { name = "checkout", version = "2.7.1", environment = "production", exporter },
                    new { name = "Überweisung → 東京", exporter },
                },
            });
            await node.SendAsync(new
            {
                @do = "traces",
                of = new object[]
                {
                    new { service = "checkout", operation = "GET /orders/{id}", count = 600, children = 2 },
                    new { service = "checkout", operation = "POST /order", count = 7, children = 1 },
                    new { service = "Überweisung → 東京", operation = "🛒 \"quoted\"", count = 50 },
                },
            });
            // Some wait until the SDK shuts down.
            await node.EndAsync();
        }

        Assert.Equal(
            [
                new("checkout", "GET /orders/{id}", 600, 600),
                new("checkout", "POST /order", 7, 7),
                new("Überweisung → 東京", "🛒 \"quoted\"", 50, 50),
            ],
            await host.ReadCountedAsync(client, "acme"));
        Assert.Equal(1, host.Count("releases"));
        var rules = await client.GetJsonAsync("/api/organizations/acme/projects/checkout/rules");
        var release = Assert.Single(rules.GetProperty("rules").EnumerateArray(), rule => rule.GetProperty("id").GetInt32() == 1500).GetRawText();
        Assert.Contains("\"2.7.1\"", release, StringComparison.Ordinal);
        Assert.Contains("\"production\"", release, StringComparison.Ordinal);
    }
}
