using DynamicSampling.Api.Ingest;
using DynamicSampling.Api.Storage;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.Tasks.Sampling;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Storage;

/// <summary>Counts of the organization acme, straight into the store and as its tables have them.</summary>
internal static class VolumeTable
{
    /// <summary>The minute in which the clock of <see cref="ApiHost"/> starts; the first of its hour.</summary>
    public const long Minute = 29922360;

    public static SqlVolumeStore Volumes(this ApiHost host) => host.Services.GetRequiredService<SqlVolumeStore>();

    public static VolumeBatch Batch(VolumeSource source, params IEnumerable<(string Project, string Transaction, long Minute, double Total, double Kept)> counts)
    {
        var batch = new VolumeBatch { Source = source };
        foreach (var (project, transaction, minute, total, kept) in counts)
            batch.Add(new VolumeKey("acme", project, transaction, minute), new(total, kept));
        return batch;
    }

    /// <summary>Counts one batch of a project's transactions in a minute.</summary>
    public static Task CountAsync(this ApiHost host, VolumeSource source, long minute, params (string Transaction, double Total, double Kept)[] counts) =>
        host.CountAsync(source, minute, "p", counts);

    /// <summary>The same of a project of that name.</summary>
    public static Task CountAsync(this ApiHost host, VolumeSource source, long minute, string project, params (string Transaction, double Total, double Kept)[] counts) =>
        host.Volumes().AddAsync(
            Batch(source, counts.Select(count => (project, count.Transaction, minute, count.Total, count.Kept))), idempotencyKey: null, CancellationToken.None);

    /// <summary>The volumes of a project to a millionth, by minute and transaction.</summary>
    public static List<(long Minute, string Transaction, double Total, double Kept, long Exact)> Rows(this ApiHost host, string project = "p") =>
        host.Database.Query(
            """
            SELECT v.minute, t.name, v.total, v.kept, v.exact FROM volumes v JOIN transactions t ON t.id = v.transaction_id JOIN projects p ON p.id = v.project_id
            WHERE p.name = @project ORDER BY v.minute, t.name
            """,
            reader => (reader.GetInt64(0), reader.GetString(1), Math.Round(reader.GetDouble(2), 6), Math.Round(reader.GetDouble(3), 6), reader.GetInt64(4)),
            ("project", project));

    /// <summary>The hours of a project, and how many of their minutes are estimated.</summary>
    public static List<(long Hour, double Total, double Kept, long EstimatedMinutes)> Hours(this ApiHost host, string project = "p") =>
        host.Database.Query(
            "SELECT h.hour, h.total, h.kept, h.estimated_minutes FROM project_hours h JOIN projects p ON p.id = h.project_id WHERE p.name = @project ORDER BY h.hour",
            reader => (reader.GetInt64(0), Math.Round(reader.GetDouble(1), 6), Math.Round(reader.GetDouble(2), 6), reader.GetInt64(3)),
            ("project", project));
}
