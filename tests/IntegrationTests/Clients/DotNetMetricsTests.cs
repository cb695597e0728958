using System.Diagnostics.Metrics;
using System.Net;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Ingest;
using DynamicSampling.IntegrationTests.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace DynamicSampling.IntegrationTests.Clients;

/// <summary>An ASP.NET Core service counts its requests by itself, and OpenTelemetry's exporter for .NET sends the counts here.</summary>
[Collection(nameof(AloneInTheProcess))]
public class DotNetMetricsTests
{
    [Theory]
    [InlineData(MetricReaderTemporalityPreference.Cumulative)]
    [InlineData(MetricReaderTemporalityPreference.Delta)]
    public async Task Export_RequestsOfAService_AreCountedExactly(MetricReaderTemporalityPreference temporality)
    {
        await using var host = new ApiHost { UsesSystemClock = true };
        using var client = host.Listen();
        await using var shop = await StartShopAsync();
        using var customer = new HttpClient { BaseAddress = new Uri(shop.Urls.First()) };
        using (var provider = Measure(shop, new Uri(client.BaseAddress!, "/o/acme/v1/metrics"), temporality))
        {
            foreach (var _ in Enumerable.Range(0, 2))
            {
                await SendAsync(customer, "/cart/17", 60, HttpStatusCode.OK);
                await SendAsync(customer, "/cart/0", 5, HttpStatusCode.NotFound);
                await SendAsync(customer, "/nowhere", 3, HttpStatusCode.NotFound);
                provider.ForceFlush();
            }

            await SendAsync(customer, "/cart/18", 10, HttpStatusCode.OK);
            // What no export has told yet comes with the last one, as the application ends.
        }

        var volumes = await client.VolumesAsync("acme");
        Assert.Equal(
            [("shop", "GET /cart/{id}", 140d, true), ("shop", "GET", 6d, true)],
            volumes.GetProperty("items").EnumerateArray().Select(item => (
                item.GetProperty("project").GetString()!, item.GetProperty("transaction").GetString()!, item.GetProperty("total").GetDouble(), item.GetProperty("exact").GetBoolean())));
    }

    private static async Task<WebApplication> StartShopAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var shop = builder.Build();
        shop.MapGet("/cart/{id}", (string id) => id == "0" ? Results.NotFound() : Results.Ok(id));
        await shop.StartAsync();
        return shop;
    }

    private static MeterProvider Measure(WebApplication shop, Uri endpoint, MetricReaderTemporalityPreference temporality)
    {
        var meters = shop.Services.GetRequiredService<IMeterFactory>();
        return Sdk.CreateMeterProviderBuilder()
            .AddMeter("Microsoft.AspNetCore.Hosting")
            // The service under test is in this process as well, and has a meter of the same name.
            .AddView(instrument => instrument.Meter.Scope == meters ? null : MetricStreamConfiguration.Drop)
            .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService("shop"))
            .AddOtlpExporter((exporter, reader) =>
            {
                exporter.Endpoint = endpoint;
                exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
                reader.TemporalityPreference = temporality;
            })
            .Build();
    }

    private static async Task SendAsync(HttpClient customer, string path, int requests, HttpStatusCode expected)
    {
        for (var i = 0; i < requests; i++)
        {
            using var response = await customer.GetAsync(path);
            Assert.Equal(expected, response.StatusCode);
        }
    }
}
