using DynamicSampling.Api.Ingest.Otlp;
using DynamicSampling.Api.Ingest.Traffic;
using DynamicSampling.Api.Serving;
using DynamicSampling.Api.Storage;

namespace DynamicSampling.Api.Ingest.Reports;

/// <summary>Takes what samplers report: true counts, and whether each follows the rates that it was given.</summary>
internal sealed class SamplerReports(SqlVolumeStore volumes, SqlInstanceStore instances, SamplingStrategies strategies, TrafficTable traffic, TimeProvider clock)
{
    /// <summary>
    /// In standard deviations: of what a sampler decides by chance, less than one report in a million is so far off. One trace more, because counts are
    /// whole.
    /// </summary>
    private const double Tolerance = 5;

    /// <summary>Counts a report, once however often it comes. The answer comes when it is durable.</summary>
    /// <param name="organization">Its organization.</param>
    /// <param name="report">A report that has been checked.</param>
    /// <param name="cancellationToken">Cancels it before it is committed.</param>
    /// <returns>How many operations it has, and whether they had been counted before.</returns>
    public async Task<VolumeReceipt> TakeAsync(string organization, SamplerReport report, CancellationToken cancellationToken)
    {
        var service = OtlpNames.OfService(report.Service);
        var strategy = await strategies.FindAsync(organization, service, cancellationToken);
        // A proxy that compresses makes a weak one of it.
        var isCurrent = report.RatesTag is { } tag && tag.AsSpan(tag.StartsWith("W/", StringComparison.Ordinal) ? 2 : 0).SequenceEqual(strategy.ETag.Tag.Value);
        var instance = new ReportingInstance(
            organization, service, report.Client, report.Sequence, report.Sampler, report.RatesTag, clock.GetUtcNow().ToUnixTimeMilliseconds(),
            isCurrent, isCurrent && !IsInLine(report, strategy.Rates), (report.End - report.Start).TotalSeconds,
            report.Operations.Sum(operation => (double)operation!.Total), report.Operations.Sum(operation => (double)operation!.Kept));
        var receipt = await volumes.WriteAsync(
            ToBatch(organization, service, report),
            async (connection, transaction) => new(report.Operations.Count, IsRepetition: !await instances.AddAsync(connection, transaction, instance, cancellationToken)),
            cancellationToken);
        if (!receipt.IsRepetition && instance.Total > 0)
            traffic.Reported(organization, service, instance.At, report.End.ToUnixTimeMilliseconds());
        return receipt;
    }

    private static VolumeBatch ToBatch(string organization, string service, SamplerReport report)
    {
        var batch = new VolumeBatch { Source = VolumeSource.Reports };
        var minutes = new BoundedMinutes(report.Operations.Count).Of(report.Start.ToUnixTimeMilliseconds(), report.End.ToUnixTimeMilliseconds());
        foreach (var operation in report.Operations.OfType<OperationReport>())
        {
            if (operation.Total == 0)
                continue;
            var transaction = OtlpNames.OfTransaction(operation.Operation);
            foreach (var (minute, share) in minutes)
                batch.Add(new(organization, service, transaction, minute), new(operation.Total * share, operation.Kept * share));
        }

        return batch;
    }

    private static bool IsInLine(SamplerReport report, OperationRates rates)
    {
        double kept = 0, expected = 0, variance = 0;
        foreach (var operation in report.Operations.OfType<OperationReport>())
        {
            var rate = rates.Of(operation.Operation);
            kept += operation.Kept;
            expected += operation.Total * rate;
            variance += operation.Total * rate * (1 - rate);
        }

        return Math.Abs(kept - expected) <= (Tolerance * Math.Sqrt(variance)) + 1;
    }
}
