using System.Globalization;
using DynamicSampling.Api;
using DynamicSampling.Api.Ingest;
using DynamicSampling.Api.Ingest.Otlp;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tests.Otlp;
using Google.Protobuf;

namespace DynamicSampling.ServiceApp;

/// <summary>What counts take up on the heap: those of 10,000 services with 100 operations each, as exports in protobuf.</summary>
internal static class HeapUse
{
    private const int Services = 10_000;
    private const int Operations = 100;
    private const int Keys = Services * Operations;

    /// <summary>Prints bytes a key while the counts wait and after they are stored, on the heap and in memory as a whole.</summary>
    public static async Task MeasureAsync()
    {
        var directory = Directory.CreateTempSubdirectory("dynamic-sampling-heap-").FullName;
        try
        {
            await MeasureAsync(directory);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task MeasureAsync(string directory)
    {
        // Nothing is stored before it is asked for.
        await using var service = ApiBuilder.Build(
        [
            "--urls=http://127.0.0.1:0", "--Logging:LogLevel:Default=Warning", "--Logging:LogLevel:Microsoft.Hosting.Lifetime=Warning",
            "--Ingest:FlushInterval=00:01:00", "--Scheduling:Enabled=false", $"--ConnectionStrings:DynamicSampling=Data Source={Path.Combine(directory, "heap.db")}",
        ]);
        await service.StartAsync();
        var ingest = service.Services.GetRequiredService<TraceIngest>();
        var start = (ulong)service.Services.GetRequiredService<TimeProvider>().GetUtcNow().ToUnixTimeSeconds() * 1_000_000_000;

        // What the first request needs, and all others then share.
        Send(ingest, "warm-up", start);
        await service.Services.GetRequiredService<VolumeFlusher>().FlushAsync(CancellationToken.None);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < Services; i++)
            Send(ingest, string.Create(CultureInfo.InvariantCulture, $"service-{i}"), start);
        if (ingest.Pending != Keys)
            throw new InvalidOperationException($"{ingest.Pending} counts wait, and not {Keys}; a flush came in between.");
        Print("waiting", GC.GetTotalMemory(forceFullCollection: true) - before);

        await service.Services.GetRequiredService<VolumeFlusher>().FlushAsync(CancellationToken.None);
        if (ingest.Pending != 0)
            throw new InvalidOperationException($"{ingest.Pending} counts still wait.");
        Print("stored", GC.GetTotalMemory(forceFullCollection: true) - before);
        await service.StopAsync();
    }

    private static void Print(string what, long bytes) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {bytes / 1e6:F1} MB, {(double)bytes / Keys:F1} B a key of {Keys}"));

    private static void Send(TraceIngest ingest, string name, ulong start)
    {
        var spans = new RootSpanList();
        OtlpProtobuf.Read(Export(name, start), ref spans);
        if (ingest.Count(Names.DefaultOrganization, spans).Counted != Operations)
            throw new InvalidOperationException("Not all was counted.");
    }

    private static byte[] Export(string name, ulong start)
    {
        var scope = new ScopeSpans();
        for (var i = 0; i < Operations; i++)
        {
            scope.Spans.Add(new Span
            {
                TraceId = Id(16),
                SpanId = Id(8),
                // 35 to 39 characters; each service has its own.
                Name = string.Create(CultureInfo.InvariantCulture, $"GET /api/v1/{name}/orders/{{id}}/{i}"),
                StartTimeUnixNano = start,
            });
        }

        return new ExportTraceServiceRequest
        {
            ResourceSpans =
            {
                new ResourceSpans
                {
                    Resource = new() { Attributes = { new KeyValue { Key = "service.name", Value = new() { StringValue = name } } } },
                    ScopeSpans = { scope },
                },
            },
        }.ToByteArray();
    }

    private static ByteString Id(int length)
    {
        var bytes = new byte[length];
        Random.Shared.NextBytes(bytes);
        return ByteString.CopyFrom(bytes);
    }
}
