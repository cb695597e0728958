using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using DynamicSampling.Benchmarks.Otlp;
using DynamicSampling.Tests.Otlp;
using Google.Protobuf;

namespace DynamicSampling.ServiceApp;

/// <summary>
/// Writes exports for ../http/ingest.lua to send. Spans that come again are not counted, so no two requests may have the same ids: the script
/// writes others into a body each time it sends it, and a file says where they are. Compressed bodies cannot be changed; there are so many of
/// them that one has been forgotten when it comes again.
/// </summary>
internal static class BodyFiles
{
    private const int Changed = 64;
    private const int Compressed = 2000;

    // The script changes the last 8 bytes of a trace id.
    private const int ChangedFrom = 8;

    public static void Write(string directory)
    {
        var start = Start(TimeProvider.System.GetUtcNow());
        Write(directory, "protobuf-10", Changed, 10, start, static request => Locate(request, request.ToByteArray(), static id => id.ToByteArray(), ChangedFrom));
        Write(directory, "protobuf-100", Changed, 100, start, static request => Locate(request, request.ToByteArray(), static id => id.ToByteArray(), ChangedFrom));
        Write(
            directory, "json-10", Changed, 10, start,
            static request => Locate(request, TraceBodies.Json(request), static id => System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(id.Span)), ChangedFrom * 2));
        Write(directory, "gzip-10", Compressed, 10, start, static request => (Compress(request.ToByteArray()), []));
    }

    // All spans in one minute which is not over yet, and after the poll of their clients, a moment ago.
    private static ulong Start(DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds() + 1;
        if (seconds % 60 > 54)
            seconds += 60 - (seconds % 60);
        return (ulong)seconds * 1_000_000_000;
    }

    /// <summary>One file of bodies: for each its length, how many ids it has, where they are, and the bytes; numbers are 32 bits, little-endian.</summary>
    private static void Write(
        string directory, string name, int count, int rootPercentage, ulong start, Func<ExportTraceServiceRequest, (byte[] Body, List<int> Ids)> encode)
    {
        using var file = File.Create(Path.Combine(directory, name + ".bodies"));
        var bytes = 0L;
        var roots = 0;
        for (var i = 0; i < count; i++)
        {
            // A service for each kind of body, so that it can be told what was counted of each.
            var request = TraceBodies.Request(rootPercentage, name, seed: i, start);
            roots = 0;
            foreach (var span in SpansOf(request))
            {
                span.TraceId = KeptId(span.TraceId);
                roots += span.ParentSpanId.IsEmpty ? 1 : 0;
            }

            var (body, ids) = encode(request);
            WriteNumber(file, body.Length);
            WriteNumber(file, ids.Count);
            foreach (var id in ids)
                WriteNumber(file, id);
            file.Write(body);
            bytes += body.Length;
        }

        // For the script: the roots and the spans of a body.
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} {roots} {TraceBodies.BatchSize} {bytes / count}"));
    }

    private static IEnumerable<Span> SpansOf(ExportTraceServiceRequest request) =>
        request.ResourceSpans.SelectMany(static resource => resource.ScopeSpans).SelectMany(static scope => scope.Spans);

    // As a client keeps them that obeys a rate of 0.1: most SDKs compare the lower half of the id.
    private static ByteString KeptId(ByteString id)
    {
        var bytes = id.ToByteArray();
        bytes[ChangedFrom] = 0;
        return ByteString.CopyFrom(bytes);
    }

    private static (byte[] Body, List<int> Ids) Locate(ExportTraceServiceRequest request, byte[] body, Func<ByteString, byte[]> encode, int changedFrom)
    {
        var ids = new List<int>();
        var from = 0;
        foreach (var span in SpansOf(request))
        {
            var id = encode(span.TraceId);
            from += body.AsSpan(from).IndexOf(id);
            if (span.ParentSpanId.IsEmpty)
                ids.Add(from + changedFrom);
            from += id.Length;
        }

        return (body, ids);
    }

    private static byte[] Compress(byte[] body)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
            gzip.Write(body);
        return compressed.ToArray();
    }

    private static void WriteNumber(FileStream file, int number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        file.Write(bytes);
    }
}
