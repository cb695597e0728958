using System.Data.Common;
using DynamicSampling.Api.Storage.Dialects;

namespace DynamicSampling.Api.Storage;

/// <summary>Finds the ids of names inside a transaction, and adds names that are new. Nearly all are known, and finding writes nothing.</summary>
internal sealed class NameIds(DbConnection connection, DbTransaction transaction, SqlDialect dialect, CancellationToken cancellationToken)
{
    /// <summary>The ids of projects. Until the transaction ends, nobody else writes volumes of them.</summary>
    public async Task<Dictionary<(string Organization, string Project), long>> FindProjectsAsync(IEnumerable<(string Organization, string Project)> projects)
    {
        // In one order for all, so that no two processes wait for each other; a name that is new belongs to whoever was first.
        var wanted = projects.Distinct().OrderBy(project => project.Organization, StringComparer.Ordinal).ThenBy(project => project.Project, StringComparer.Ordinal).ToArray();
        string[] organizations = [.. wanted.Select(project => project.Organization).Distinct(StringComparer.Ordinal)];
        var organizationIds = await FindAsync(
            organizations,
            $"WITH r (i, name) AS ({SqlDialect.Rows}) SELECT r.i, o.id FROM r JOIN organizations o ON o.name = r.name",
            $"INSERT INTO organizations (name) {SqlDialect.Rows} ON CONFLICT (name) DO NOTHING",
            static (names, _) => [names],
            parents: null);
        var idOf = new Dictionary<string, long>(organizations.Length, StringComparer.Ordinal);
        for (var i = 0; i < organizations.Length; i++)
            idOf.Add(organizations[i], organizationIds[i]);

        var ids = await FindAsync(
            Array.ConvertAll(wanted, project => project.Project),
            $"WITH r (i, organization_id, name) AS ({SqlDialect.Rows}) SELECT r.i, p.id FROM r JOIN projects p ON p.organization_id = r.organization_id AND p.name = r.name",
            $"INSERT INTO projects (organization_id, name) {SqlDialect.Rows} ON CONFLICT (organization_id, name) DO NOTHING",
            static (names, parents) => [parents!, names],
            Array.ConvertAll(wanted, project => idOf[project.Organization]));
        await dialect.LockProjectsAsync(connection, transaction, ids);
        var found = new Dictionary<(string, string), long>(wanted.Length);
        for (var i = 0; i < wanted.Length; i++)
            found.Add(wanted[i], ids[i]);
        return found;
    }

    /// <summary>The ids of transactions, in the order of what is asked for.</summary>
    /// <param name="projects">The project of each.</param>
    /// <param name="names">The name of each; no two of a project are the same.</param>
    public Task<long[]> FindTransactionsAsync(long[] projects, string[] names) => FindAsync(
        names,
        $"WITH r (i, project_id, name) AS ({SqlDialect.Rows}) SELECT r.i, t.id FROM r JOIN transactions t ON t.project_id = r.project_id AND t.name = r.name",
        $"INSERT INTO transactions (project_id, name) {SqlDialect.Rows} ON CONFLICT (project_id, name) DO NOTHING",
        static (names, parents) => [parents!, names],
        projects);

    private async Task<long[]> FindAsync(string[] names, string select, string insert, Func<string[], long[]?, Array[]> columnsOf, long[]? parents)
    {
        var ids = new long[names.Length];
        await SelectAsync([.. Enumerable.Range(0, names.Length).Select(i => (long)i)]);
        long[] missing = [.. Enumerable.Range(0, names.Length).Where(i => ids[i] == 0).Select(i => (long)i)];
        if (missing.Length == 0)
            return ids;
        await dialect.ExecuteAsync(connection, transaction, insert, ColumnsOf(missing), cancellationToken);
        await SelectAsync(missing);
        return ids;

        Task SelectAsync(long[] rows) => dialect.QueryAsync(
            connection, transaction, select, [rows, .. ColumnsOf(rows)], reader => ids[reader.GetInt64(0)] = reader.GetInt64(1), cancellationToken);

        Array[] ColumnsOf(long[] rows) => rows.Length == names.Length
            ? columnsOf(names, parents)
            : columnsOf(Array.ConvertAll(rows, row => names[row]), parents is null ? null : Array.ConvertAll(rows, row => parents[row]));
    }
}
