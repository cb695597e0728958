using System.Data.Common;
using DynamicSampling.Api.Storage.Dialects;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>Finds the ids of names inside a transaction, and adds names that are new. Nearly all are known, and finding writes nothing.</summary>
internal sealed class NameIds(DbConnection connection, DbTransaction transaction, SqlDialect dialect, NameLimits limits, CancellationToken cancellationToken)
{
    private readonly NameRoom _room = new(connection, transaction, dialect, limits, cancellationToken);

    /// <summary>The ids of projects. Until the transaction ends, nobody else writes volumes of them.</summary>
    /// <param name="projects">The projects.</param>
    /// <param name="mustHaveRoom">Whether there must be room for all that are new. Otherwise projects without room are left out.</param>
    /// <exception cref="NoRoomException">There is none.</exception>
    public async Task<Dictionary<(string Organization, string Project), long>> FindProjectsAsync(
        IReadOnlySet<(string Organization, string Project)> projects, bool mustHaveRoom)
    {
        // In one order for all, so that no two processes wait for each other; a name that is new belongs to whoever was first.
        var wanted = projects.OrderBy(project => project.Organization, StringComparer.Ordinal).ThenBy(project => project.Project, StringComparer.Ordinal).ToArray();
        string[] organizations = [.. wanted.Select(project => project.Organization).Distinct(StringComparer.Ordinal)];
        var organizationIds = await FindAsync(
            organizations.Length,
            (rows, found) => QueryAsync(
                $"WITH r (i, name) AS ({SqlDialect.Rows}) SELECT r.i, o.id FROM r JOIN organizations o ON o.name = r.name", [rows, Pick(organizations, rows)], found),
            async missing =>
            {
                if (mustHaveRoom)
                    await _room.TakeOrganizationsAsync(Pick(organizations, missing));
                await ExecuteAsync($"INSERT INTO organizations (name) {SqlDialect.Rows} ON CONFLICT (name) DO NOTHING", [Pick(organizations, missing)]);
            });
        var idOf = organizations.Zip(organizationIds).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);

        var parents = Array.ConvertAll(wanted, project => idOf[project.Organization]);
        var names = Array.ConvertAll(wanted, project => project.Project);
        var ids = await FindAsync(
            wanted.Length,
            (rows, found) => QueryAsync(
                $"WITH r (i, organization_id, name) AS ({SqlDialect.Rows}) SELECT r.i, p.id FROM r JOIN projects p ON p.organization_id = r.organization_id AND p.name = r.name",
                [rows, Pick(parents, rows), Pick(names, rows)],
                found),
            async missing =>
            {
                var hasRoom = await _room.TakeProjectsAsync(Pick(parents, missing));
                var added = missing.Where((row, i) => hasRoom[i] || names[row] == Names.OtherServices).ToArray();
                if (mustHaveRoom && added.Length < missing.Length)
                {
                    var (organization, project) = wanted[missing.Except(added).First()];
                    throw NoRoomException.OfProject(organization, project, limits.ProjectsPerOrganization);
                }

                await ExecuteAsync(
                    $"INSERT INTO projects (organization_id, name) {SqlDialect.Rows} ON CONFLICT (organization_id, name) DO NOTHING", [Pick(parents, added), Pick(names, added)]);
            });
        await dialect.LockProjectsAsync(connection, transaction, Array.FindAll(ids, id => id != 0));
        return wanted.Zip(ids).Where(pair => pair.Second != 0).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    /// <summary>The ids of transactions, in the order of what is asked for.</summary>
    /// <param name="projects">The project of each; those of a project stand together.</param>
    /// <param name="names">The name of each; no two of a project are the same.</param>
    /// <param name="mayAdd">Is asked before names are added, with their places.</param>
    /// <returns>Null when they may not be.</returns>
    public async Task<long[]?> FindTransactionsAsync(long[] projects, string[] names, Func<long[], ValueTask<bool>> mayAdd)
    {
        var isRefused = false;
        var ids = await FindAsync(
            names.Length,
            (rows, found) => dialect.FindTransactionsAsync(
                connection, transaction, Pick(projects, rows), Pick(names, rows), (i, id) => found(rows[i], id), cancellationToken),
            async missing =>
            {
                isRefused = !await mayAdd(missing);
                if (!isRefused)
                {
                    await ExecuteAsync(
                        $"INSERT INTO transactions (project_id, name) {SqlDialect.Rows} ON CONFLICT (project_id, name) DO NOTHING", [Pick(projects, missing), Pick(names, missing)]);
                }
            });
        return isRefused ? null : ids;
    }

    /// <summary>Finds all, adds those that are missing, and finds these.</summary>
    private static async Task<long[]> FindAsync(int count, Func<long[], Action<long, long>, Task> select, Func<long[], Task> insert)
    {
        var ids = new long[count];
        var rows = new long[count];
        for (var i = 0; i < count; i++)
            rows[i] = i;
        await select(rows, Found);
        var missing = Array.FindAll(rows, row => ids[row] == 0);
        if (missing.Length == 0)
            return ids;
        await insert(missing);
        await select(missing, Found);
        return ids;

        void Found(long row, long id) => ids[row] = id;
    }

    private Task QueryAsync(string sql, Array[] columns, Action<long, long> found) => dialect.QueryAsync(
        connection, transaction, sql, columns, reader => found(reader.GetInt64(0), reader.GetInt64(1)), cancellationToken);

    private Task ExecuteAsync(string sql, Array[] columns) => dialect.ExecuteAsync(connection, transaction, sql, columns, cancellationToken);

    private static T[] Pick<T>(T[] values, long[] rows) => rows.Length == values.Length ? values : Array.ConvertAll(rows, row => values[row]);
}
