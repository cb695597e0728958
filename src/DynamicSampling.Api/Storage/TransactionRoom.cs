using System.Data.Common;
using System.Runtime.InteropServices;
using DynamicSampling.Api.Ingest;
using DynamicSampling.Api.Storage.Dialects;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>
/// Finds transactions that are not told apart, because their project has too many in their minute. Names that are known are taken: it is ever new
/// ones that would grow without end, and only where there are new ones is there anything to count.
/// </summary>
internal sealed class TransactionRoom(DbConnection connection, DbTransaction transaction, SqlDialect dialect, int max, CancellationToken cancellationToken)
{
    /// <summary>The keys of a batch that are to be counted under the name for all other transactions.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="projects">The ids of its projects.</param>
    /// <param name="newNames">The transactions that are new, each with its project's id.</param>
    public async Task<HashSet<VolumeKey>> FindFoldedAsync(
        VolumeBatch batch, IReadOnlyDictionary<(string Organization, string Project), long> projects, IReadOnlySet<(long Project, string Transaction)> newNames)
    {
        var (added, known) = (new List<(ProjectMinute Minute, VolumeKey Key)>(), new Dictionary<ProjectMinute, long>());
        foreach (var key in batch.Counts.Keys)
        {
            if (key.Transaction == Names.OtherTransactions)
                continue;
            var minute = new ProjectMinute(projects[(key.Organization, key.Project)], key.Minute);
            if (newNames.Contains((minute.Project, key.Transaction)))
                added.Add((minute, key));
            else
                CollectionsMarshal.GetValueRefOrAddDefault(known, minute, out _)++;
        }

        var taken = await CountAsync([.. added.Select(one => one.Minute).Distinct()]);
        // Those of the batch that are known may be among those that are stored.
        foreach (var (minute, count) in known.Where(minute => taken.ContainsKey(minute.Key)))
            taken[minute] = Math.Max(taken[minute], count);
        var folded = new HashSet<VolumeKey>();
        foreach (var (minute, key) in added)
        {
            ref var count = ref CollectionsMarshal.GetValueRefOrNullRef(taken, minute);
            if (count >= max)
                folded.Add(key);
            else
                count++;
        }

        return folded;
    }

    private async Task<Dictionary<ProjectMinute, long>> CountAsync(ProjectMinute[] minutes)
    {
        var counts = minutes.ToDictionary(minute => minute, _ => 0L);
        await dialect.QueryAsync(
            connection, transaction,
            $"""
            WITH r (project_id, minute) AS ({SqlDialect.Rows})
            SELECT r.project_id, r.minute, COUNT(*) FROM r JOIN volumes v ON v.project_id = r.project_id AND v.minute = r.minute
            WHERE v.transaction_id IS DISTINCT FROM (SELECT t.id FROM transactions t WHERE t.project_id = r.project_id AND t.name = '{Names.OtherTransactions}')
            GROUP BY r.project_id, r.minute
            """,
            [Array.ConvertAll(minutes, minute => minute.Project), Array.ConvertAll(minutes, minute => minute.Minute)],
            reader => counts[new(reader.GetInt64(0), reader.GetInt64(1))] = reader.GetInt64(2),
            cancellationToken);
        return counts;
    }
}
