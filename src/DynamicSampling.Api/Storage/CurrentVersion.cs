using System.Data.Common;
using Dapper;
using DynamicSampling.Api.Storage.Dialects;

namespace DynamicSampling.Api.Storage;

/// <summary>The version that is in force, for those who are about to replace or change it.</summary>
internal static class CurrentVersion
{
    /// <summary>Looks it up behind a lock of the organization's, so that it stays the current one, and pinned or not, until the transaction ends.</summary>
    /// <returns>The organization's id, null when there is none of that name; and the version, null before the first.</returns>
    public static async Task<(long? OrganizationId, RateVersionRow? Version)> LockAsync(
        SqlDialect dialect, DbConnection connection, DbTransaction transaction, string organization)
    {
        var organizationId = await connection.ExecuteScalarAsync<long?>(
            $"SELECT id FROM organizations WHERE name = @organization {dialect.ForUpdate}", new { organization }, transaction);
        if (organizationId is null)
            return (null, null);
        // A statement of its own, which sees what has been committed while the first one waited.
        var version = await connection.QuerySingleOrDefaultAsync<RateVersionRow>(
            $"SELECT {RateVersionRow.Columns} FROM rate_versions v WHERE v.organization_id = @organizationId ORDER BY v.version DESC LIMIT 1",
            new { organizationId },
            transaction);
        return (organizationId, version);
    }
}
