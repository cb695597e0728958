using System.Data.Common;
using System.Runtime.InteropServices;
using Dapper;
using DynamicSampling.Api.Storage.Dialects;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>
/// How many more organizations and projects a transaction may add. There is only counted when it adds some, which nearly none does. What several
/// processes add at the same moment none of them sees: that much may be above the limit.
/// </summary>
internal sealed class NameRoom(DbConnection connection, DbTransaction transaction, SqlDialect dialect, NameLimits limits, CancellationToken cancellationToken)
{
    private readonly Dictionary<long, long> _projects = [];
    private long? _organizations;

    /// <summary>Takes room for organizations that are new.</summary>
    /// <exception cref="NoRoomException">There is not enough.</exception>
    public async Task TakeOrganizationsAsync(IReadOnlyList<string> organizations)
    {
        _organizations ??= limits.Organizations - await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM organizations", transaction: transaction);
        _organizations -= organizations.Count;
        if (_organizations < 0)
            throw NoRoomException.OfOrganization(organizations[0], limits.Organizations);
    }

    /// <summary>Takes room for projects that are new, as far as there is some.</summary>
    /// <param name="organizations">The organization's id of each.</param>
    /// <returns>For each, whether there was.</returns>
    public async Task<bool[]> TakeProjectsAsync(long[] organizations)
    {
        var unknown = organizations.Distinct().Where(organization => !_projects.ContainsKey(organization)).ToArray();
        foreach (var organization in unknown)
            _projects.Add(organization, limits.ProjectsPerOrganization);
        await dialect.QueryAsync(
            connection, transaction,
            $"WITH r (organization_id) AS ({SqlDialect.Rows}) SELECT r.organization_id, COUNT(*) FROM r JOIN projects p ON p.organization_id = r.organization_id GROUP BY r.organization_id",
            [unknown],
            reader => _projects[reader.GetInt64(0)] -= reader.GetInt64(1),
            cancellationToken);
        return Array.ConvertAll(organizations, organization => --CollectionsMarshal.GetValueRefOrNullRef(_projects, organization) >= 0);
    }

    /// <summary>Makes sure that there is an organization, or room for it.</summary>
    /// <exception cref="NoRoomException">There is none.</exception>
    public async Task EnsureAsync(string organization)
    {
        if (await FindAsync(organization) is null)
            await TakeOrganizationsAsync([organization]);
    }

    /// <summary>Makes sure that there is a project, or room for it.</summary>
    /// <exception cref="NoRoomException">There is none.</exception>
    public async Task EnsureAsync(ProjectKey project)
    {
        if (await FindAsync(project.Organization) is not { } organization)
        {
            await TakeOrganizationsAsync([project.Organization]);
            return;
        }

        var isKnown = await connection.ExecuteScalarAsync<long>(
            "SELECT COUNT(*) FROM projects WHERE organization_id = @organization AND name = @Project", new { organization, project.Project }, transaction) > 0;
        if (!isKnown && await TakeProjectsAsync([organization]) is [false])
            throw NoRoomException.OfProject(project.Organization, project.Project, limits.ProjectsPerOrganization);
    }

    private Task<long?> FindAsync(string organization) =>
        connection.ExecuteScalarAsync<long?>("SELECT id FROM organizations WHERE name = @organization", new { organization }, transaction);
}
