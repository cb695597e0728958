using System.Net;
using Google.Protobuf;

namespace DynamicSampling.ServiceApp.Soak;

/// <summary>A collector that takes the metrics of the service, and knows how large its heap was after the last collection.</summary>
internal sealed class HeapReports : IAsyncDisposable
{
    private const string HeapSize = "dotnet.gc.last_collection.heap.size";

    private readonly WebApplication _app;
    private long _bytes;

    private HeapReports(WebApplication app) => _app = app;

    public string Endpoint => _app.Urls.Single() + "/v1/metrics";

    /// <summary>In bytes; 0 before the first report.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public static async Task<HeapReports> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port: 0));
        var app = builder.Build();
        var reports = new HeapReports(app);
        app.MapPost("/v1/metrics", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            reports.Read(body.ToArray());
            return Results.Bytes([], "application/x-protobuf");
        });
        await app.StartAsync();
        return reports;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    // ExportMetricsServiceRequest { resource_metrics = 1 { scope_metrics = 2 { metrics = 2 { name = 1, sum = 7 { data_points = 1 { as_int = 6 } } } } } }
    private void Read(byte[] request)
    {
        var metrics = Fields(request, 1).SelectMany(resource => Fields(resource, 2)).SelectMany(scope => Fields(scope, 2));
        foreach (var metric in metrics)
        {
            if (Fields(metric, 1).Select(name => ByteString.CopyFrom(name).ToStringUtf8()).FirstOrDefault() != HeapSize)
                continue;
            // One for each generation.
            var points = Fields(metric, 7).SelectMany(sum => Fields(sum, 1)).SelectMany(point => Fields(point, 6));
            Interlocked.Exchange(ref _bytes, points.Sum(value => BitConverter.ToInt64(value)));
        }
    }

    private static List<byte[]> Fields(byte[] message, int number)
    {
        var found = new List<byte[]>();
        using var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and not 0)
        {
            byte[]? value = WireFormat.GetTagWireType(tag) switch
            {
                WireFormat.WireType.LengthDelimited => input.ReadBytes().ToByteArray(),
                WireFormat.WireType.Fixed64 => BitConverter.GetBytes(input.ReadFixed64()),
                _ => null,
            };
            if (value is null)
                input.SkipLastField();
            else if (WireFormat.GetTagFieldNumber(tag) == number)
                found.Add(value);
        }

        return found;
    }
}
