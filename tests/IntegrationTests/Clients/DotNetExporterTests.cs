using System.Collections.Concurrent;
using System.Diagnostics;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace DynamicSampling.IntegrationTests.Clients;

/// <summary>OpenTelemetry's exporter for .NET sends its traces here, while the service sends its own elsewhere.</summary>
[Collection(nameof(AloneInTheProcess))]
public class DotNetExporterTests
{
    [Theory]
    [InlineData(ExportProcessorType.Batch, 600)]
    [InlineData(ExportProcessorType.Simple, 20)]
    public async Task Export_Protobuf_CountsRootsAndIsNotTraced(ExportProcessorType processor, int traces)
    {
        await using var collector = await OtlpReceiver.StartAsync();
        var parents = new TraceParents();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        await using (var host = new ApiHost(web => web
            .UseSetting("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", collector.Endpoint + "/v1/traces")
            .ConfigureTestServices(services => services.AddSingleton<IStartupFilter>(parents))) { UsesSystemClock = true })
        {
            using var client = host.Listen();
            using (var source = new ActivitySource("Shop"))
            using (Trace(source, client.BaseAddress!, processor))
            {
                for (var i = 0; i < traces; i++)
                {
                    // In no other trace, whatever the test is run by.
                    Activity.Current = null;
                    using var root = source.StartActivity("GET /orders/{id}", ActivityKind.Server)!;
                    ids.Add(root.TraceId.ToHexString());
                    using var child = source.StartActivity("SELECT orders", ActivityKind.Client);
                }
            }

            Assert.Equal([new("checkout", "GET /orders/{id}", traces, traces)], await host.ReadCountedAsync(client));
            Assert.Equal(1, host.Count("releases"));
        }

        Assert.Equal(traces, ids.Count);
        if (processor == ExportProcessorType.Simple)
        {
            // It sends each span from within that span, and says so, or this test would prove nothing.
            Assert.Equal(2 * traces, parents.Seen.Count);
            Assert.All(parents.Seen, parent => Assert.Contains(parent.Split('-')[1], ids));
        }

        // resource_spans 1 > scope_spans 2 > spans 2: trace_id 1, attributes 9. The last one that the service had to send.
        var spans = await collector.WaitForAsync(
            "/v1/traces", [1, 2, 2], span => span.Attributes(9).GetValueOrDefault("http.route") == "/api/organizations/{org}/volumes");
        Assert.DoesNotContain(spans, span => span.Attributes(9).GetValueOrDefault("http.route") == "/v1/traces");
        Assert.DoesNotContain(spans, span => ids.Contains(span.Hex(1)));
    }

    private static TracerProvider Trace(ActivitySource source, Uri service, ExportProcessorType processor) => Sdk.CreateTracerProviderBuilder()
        .AddSource(source.Name)
        .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService("checkout", serviceVersion: "2.7.1"))
        .AddOtlpExporter(options =>
        {
            options.Endpoint = new Uri(service, "/v1/traces");
            options.Protocol = OtlpExportProtocol.HttpProtobuf;
            options.ExportProcessorType = processor;
        })
        .Build();

    /// <summary>Sees what requests say of the trace that they are in.</summary>
    private sealed class TraceParents : IStartupFilter
    {
        public ConcurrentQueue<string> Seen { get; } = new();

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, following) =>
            {
                if (context.Request.Path == "/v1/traces" && context.Request.Headers.TraceParent is [{ Length: > 0 } parent])
                    Seen.Enqueue(parent);
                return following(context);
            });
            next(app);
        };
    }
}
