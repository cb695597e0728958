using DynamicSampling.Api.Storage;
using Microsoft.Extensions.ObjectPool;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Ingest.Otlp;

/// <summary>Takes a request in: reads the body, finds the root spans, counts them.</summary>
internal sealed class OtlpReceiver(
    OtlpBodies bodies, ObjectPool<RootSpanList> lists, OrganizationRoom organizations, TraceIngest ingest, VolumeFlusher flusher, IOptions<IngestOptions> options)
{
    // The ids of a span alone take more. Without a limit, a body of empty spans would need many times its size in memory.
    private const int LeastBytesOfSpan = 16;
    private const int SpansOfSmallBodies = 100;

    /// <exception cref="BadHttpRequestException">The request is not as it should be.</exception>
    /// <exception cref="InvalidOtlpException">The body cannot be decoded.</exception>
    /// <exception cref="NoRoomException">There are too many organizations.</exception>
    /// <exception cref="IngestFullException">There is no room, or it could not be stored as <c>Ingest:Durable</c> asks.</exception>
    public async Task<IngestResult> ReceiveAsync(HttpRequest request, string organization, CancellationToken cancellationToken)
    {
        IngestResult result;
        var spans = lists.Get();
        try
        {
            // The memory of the body is for others as soon as it is read.
            using (var body = await bodies.ReadAsync(request, organization, cancellationToken))
                Read(body, spans);
            if (spans.GroupCount > 0)
                await organizations.EnsureAsync(organization, cancellationToken);
            result = ingest.Count(organization, spans);
        }
        finally
        {
            spans.Clear();
            lists.Return(spans);
        }

        if (options.Value.Durable)
            await WaitAsync(cancellationToken);
        return result;
    }

    private static void Read(OtlpBodies.OtlpBody body, RootSpanList spans)
    {
        spans.MaxCount = (body.Length / LeastBytesOfSpan) + SpansOfSmallBodies;
        if (body.IsProtobuf)
            OtlpProtobuf.Read(body.Bytes, ref spans);
        else
            OtlpJson.Read(body.Bytes, ref spans);
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await flusher.WaitAsync().WaitAsync(cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IngestFullException(
                "The counts cannot be stored now. They are kept in memory and stored as soon as it can be; sending the spans again does not count them twice.", exception);
        }
    }
}
