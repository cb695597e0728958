using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Text.Json;
using DynamicSampling.Api.Serving;
using DynamicSampling.Api.Serving.XRay;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tests.Otlp;

namespace DynamicSampling.ServiceApp;

/// <summary>What the service is compared with: endpoints of an application that has nothing else.</summary>
internal static class BareEndpoints
{
    private const string Protobuf = "application/x-protobuf";

    private static long _roots;

    public static async Task<WebApplication> BuildAsync(IServiceProvider service, string[] settings)
    {
        var strategy = await service.GetRequiredService<SamplingStrategies>().FindAsync(
            Names.DefaultOrganization, PublishedRates.Service, CancellationToken.None);
        var rules = await service.GetRequiredService<XRaySampling>().FindAsync(Names.DefaultOrganization);
        // With the settings of the service, and so with the same logging: what the server does for the log, it does for both.
        var app = WebApplication.CreateSlimBuilder(settings).Build();
        app.Urls.Add("http://127.0.0.1:0");

        app.MapPost("/drain", DrainAsync);
        app.MapPost("/generated", ParseProtobufAsync);
        app.MapPost("/generated/gzip", ParseGzipAsync);
        app.MapPost("/generated/json", ParseJsonAsync);
        app.MapGet("/roots", static () => Volatile.Read(ref _roots));
        app.MapGet("/sampling", http => WriteAsync(http, "application/json", strategy.Body));
        app.MapPost("/GetSamplingRules", http => WriteAsync(http, "application/json", rules.Body));
        return app;
    }

    // The floor: the body goes through the server, and nobody looks at it.
    private static async Task DrainAsync(HttpContext http)
    {
        while (true)
        {
            var read = await http.Request.BodyReader.ReadAsync();
            http.Request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                break;
        }

        await WriteAsync(http, Protobuf, []);
    }

    // What anybody would do.
    private static async Task ParseProtobufAsync(HttpContext http)
    {
        await CountRootsAsync(http.Request.BodyReader);
        await WriteAsync(http, Protobuf, []);
    }

    private static async Task ParseGzipAsync(HttpContext http)
    {
        await using var decompressed = new GZipStream(http.Request.Body, CompressionMode.Decompress);
        await CountRootsAsync(PipeReader.Create(decompressed));
        await WriteAsync(http, Protobuf, []);
    }

    private static async Task ParseJsonAsync(HttpContext http)
    {
        using var document = await JsonDocument.ParseAsync(http.Request.Body);
        foreach (var resource in document.RootElement.GetProperty("resourceSpans").EnumerateArray())
        {
            foreach (var scope in resource.GetProperty("scopeSpans").EnumerateArray())
            {
                foreach (var span in scope.GetProperty("spans").EnumerateArray())
                {
                    if (!span.TryGetProperty("parentSpanId", out var parent) || parent.ValueEquals(""))
                        Interlocked.Increment(ref _roots);
                }
            }
        }

        await WriteAsync(http, "application/json", "{}"u8.ToArray());
    }

    private static async Task CountRootsAsync(PipeReader body)
    {
        var read = await body.ReadAsync();
        while (!read.IsCompleted)
        {
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await body.ReadAsync();
        }

        foreach (var resource in ExportTraceServiceRequest.Parser.ParseFrom(read.Buffer).ResourceSpans)
        {
            foreach (var scope in resource.ScopeSpans)
            {
                foreach (var span in scope.Spans)
                {
                    if (span.ParentSpanId.IsEmpty)
                        Interlocked.Increment(ref _roots);
                }
            }
        }

        body.AdvanceTo(read.Buffer.End);
    }

    private static Task WriteAsync(HttpContext http, string contentType, byte[] body)
    {
        http.Response.ContentType = contentType;
        http.Response.ContentLength = body.Length;
        return body.Length == 0 ? Task.CompletedTask : http.Response.BodyWriter.WriteAsync(body).AsTask();
    }
}
