using DynamicSampling.Api.Storage;

namespace DynamicSampling.Api.Ingest.Otlp.Metrics;

/// <summary>Takes a request in: reads the body, finds the data points that count requests, and stores what they add before it is answered.</summary>
internal sealed class MetricsReceiver(OtlpBodies bodies, SqlVolumeStore store, IngestMetrics metrics, TimeProvider clock)
{
    // The two times and an attribute alone take more. Without a limit, a body of empty points would need many times its size in memory.
    private const int LeastBytesOfPoint = 24;
    private const int PointsOfSmallBodies = 100;

    // Each takes some hundred bytes until it is stored. A service has thousands.
    private const int MostPoints = 200_000;

    /// <exception cref="BadHttpRequestException">The request is not as it should be.</exception>
    /// <exception cref="InvalidOtlpException">The body cannot be decoded.</exception>
    /// <exception cref="NoRoomException">There are too many organizations or projects.</exception>
    /// <exception cref="IngestFullException">There is no room for the body.</exception>
    /// <exception cref="StorageUnavailableException">The counts cannot be stored.</exception>
    public async Task<RejectedPoints> ReceiveAsync(HttpRequest request, string organization, CancellationToken cancellationToken)
    {
        var points = new MetricPointList(organization, clock.GetUtcNow());
        using (var body = await bodies.ReadAsync(request, organization, cancellationToken))
        {
            points.MaxPoints = Math.Min((body.Length / LeastBytesOfPoint) + PointsOfSmallBodies, MostPoints);
            if (body.IsProtobuf)
                MetricsProtobuf.Read(body.Bytes, ref points);
            else
                MetricsJson.Read(body.Bytes, ref points);
        }

        var result = await store.AddAsync(points, cancellationToken);
        points.Rejected.Add(result.Rejected);
        metrics.Counted(result, points.Rejected.Count);
        return points.Rejected;
    }
}
