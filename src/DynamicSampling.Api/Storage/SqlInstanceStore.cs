using System.Data.Common;
using Dapper;

namespace DynamicSampling.Api.Storage;

/// <summary>Processes whose samplers report.</summary>
internal sealed class SqlInstanceStore(Database database, NameLimits limits)
{
    /// <summary>How many an organization may have. They are forgotten a day after their last report.</summary>
    public const int MaxOfOrganization = 100_000;

    /// <summary>Notes a report in the transaction in which it is counted.</summary>
    /// <returns>False if it, or one after it, had been noted before.</returns>
    /// <exception cref="NoRoomException">It is a new one, or its service or organization is, and there are too many.</exception>
    public async Task<bool> AddAsync(DbConnection connection, DbTransaction transaction, ReportingInstance instance, CancellationToken cancellationToken)
    {
        // Also of those that have counted nothing yet: else names could be made up without end. Whoever comes with the same report waits here.
        await new NameIds(connection, transaction, database.Dialect, limits, cancellationToken)
            .FindProjectsAsync(new HashSet<(string, string)> { (instance.Organization, instance.Service) }, mustHaveRoom: true);
        var since = await connection.ExecuteScalarAsync<long?>(
            """
            INSERT INTO instances (organization, service, client, sequence, sampler, rates_tag, first_report_at, last_report_at, current_at, deviations, seconds, total, kept)
            VALUES (@Organization, @Service, @Client, @Sequence, @Sampler, @RatesTag, @At, @At, @At, 0, @Seconds, @Total, @Kept)
            ON CONFLICT (organization, service, client) DO UPDATE SET
                sequence = excluded.sequence, sampler = excluded.sampler, rates_tag = excluded.rates_tag, last_report_at = excluded.last_report_at,
                current_at = CASE WHEN @IsCurrent THEN excluded.last_report_at ELSE instances.current_at END,
                -- Across a change of rates nobody can tell which ones decided.
                deviations = CASE WHEN @Deviates AND instances.rates_tag = excluded.rates_tag THEN instances.deviations + 1 ELSE 0 END,
                seconds = excluded.seconds, total = excluded.total, kept = excluded.kept
            WHERE instances.sequence < excluded.sequence
            RETURNING first_report_at
            """,
            instance, transaction);
        // Only a new one can be one too many.
        if (since == instance.At && await CountAsync(connection, transaction, instance.Organization) > MaxOfOrganization)
        {
            throw new NoRoomException(
                $"There is no room for client '{instance.Client}': {MaxOfOrganization} of organization '{instance.Organization}' have reported within a day. Nothing was changed.");
        }

        return since is not null;
    }

    /// <summary>The processes of a service that have reported since an instant, by name.</summary>
    public Task<IReadOnlyList<StoredInstance>> ListAsync(
        string organization, string service, DateTimeOffset since, string after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<StoredInstance>>(
            async connection => (await connection.QueryAsync<StoredInstance>(
                $"""
                SELECT {StoredInstance.Columns} FROM instances
                WHERE organization = @organization AND service = @service AND last_report_at >= @since AND client > @after
                ORDER BY client LIMIT @limit
                """,
                new { organization, service, since = since.ToUnixTimeMilliseconds(), after, limit })).AsList(),
            cancellationToken);

    /// <summary>How many processes of services have reported since an instant, by how they stand.</summary>
    public Task<IReadOnlyList<InstanceCount>> CountAsync(
        string organization, string[] services, DateTimeOffset since, InstanceLimits limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<InstanceCount>>(
            async connection => (await connection.QueryAsync<InstanceCount>(
                $"""
                SELECT service AS Service, COUNT(*) AS Total,
                       COALESCE(SUM(CASE WHEN last_report_at < @SilentSince THEN 1 ELSE 0 END), 0) AS Silent,
                       COALESCE(SUM(CASE WHEN last_report_at >= @SilentSince AND deviations >= @Deviations THEN 1 ELSE 0 END), 0) AS Ignoring,
                       COALESCE(SUM(CASE WHEN last_report_at >= @SilentSince AND deviations < @Deviations AND last_report_at - current_at > @Lag THEN 1 ELSE 0 END), 0) AS Stale
                FROM instances
                WHERE organization = @organization AND {database.Dialect.IsOneOf("service", "@services")} AND last_report_at >= @since
                GROUP BY service
                """,
                new { organization, services, since = since.ToUnixTimeMilliseconds(), limit.SilentSince, limit.Deviations, limit.Lag })).AsList(),
            cancellationToken);

    private static Task<long> CountAsync(DbConnection connection, DbTransaction transaction, string organization) =>
        connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM instances WHERE organization = @organization", new { organization }, transaction);
}

/// <summary>A report of a process.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Service">The service's name.</param>
/// <param name="Client">The process.</param>
/// <param name="Sequence">Which report of it.</param>
/// <param name="Sampler">The sampler's name and version.</param>
/// <param name="RatesTag">The ETag of the rates that it follows.</param>
/// <param name="At">When it came, in milliseconds since the Unix epoch.</param>
/// <param name="IsCurrent">Whether these are the rates that are served now.</param>
/// <param name="Deviates">Whether what it kept is not in line with them.</param>
/// <param name="Seconds">How long it counted.</param>
/// <param name="Total">Root spans before sampling.</param>
/// <param name="Kept">How many of them were sampled.</param>
internal sealed record ReportingInstance(
    string Organization, string Service, string Client, long Sequence, string? Sampler, string? RatesTag, long At, bool IsCurrent, bool Deviates, double Seconds,
    double Total, double Kept);

/// <summary>How processes that report are told apart.</summary>
/// <param name="SilentSince">Those that have not reported since are silent, in milliseconds since the Unix epoch.</param>
/// <param name="Deviations">Those with so many deviations in a row ignore their rates.</param>
/// <param name="Lag">Those that have followed other rates than the current ones for longer are stale, in milliseconds.</param>
internal sealed record InstanceLimits(long SilentSince, long Deviations, long Lag);

/// <summary>Processes of a service that report.</summary>
/// <param name="Service">The service's name.</param>
/// <param name="Total">How many there are.</param>
/// <param name="Silent">How many of them have not reported for a while.</param>
/// <param name="Ignoring">How many keep what their rates do not say.</param>
/// <param name="Stale">How many follow other rates than the current ones.</param>
// Named, because SQLite does not know the types of sums in a result without rows, by which Dapper would look for it.
[method: ExplicitConstructor]
internal sealed record InstanceCount(string Service, long Total, long Silent, long Ignoring, long Stale)
{
    /// <summary>How many follow the current rates.</summary>
    public long Obeying => Total - Silent - Ignoring - Stale;
}

/// <summary>A process that reports.</summary>
/// <param name="Service">The service's name.</param>
/// <param name="Client">The process.</param>
/// <param name="Sampler">The sampler's name and version.</param>
/// <param name="RatesTag">The ETag of the rates that it follows.</param>
/// <param name="FirstReportAt">In milliseconds since the Unix epoch.</param>
/// <param name="LastReportAt">The same.</param>
/// <param name="CurrentAt">When it followed the current rates last.</param>
/// <param name="Deviations">So many reports in a row were not in line with its rates.</param>
/// <param name="Seconds">How long it counted for its last report.</param>
/// <param name="Total">Root spans in it before sampling.</param>
/// <param name="Kept">How many of them were sampled.</param>
[method: ExplicitConstructor]
internal sealed record StoredInstance(
    string Service, string Client, string? Sampler, string? RatesTag, long FirstReportAt, long LastReportAt, long CurrentAt, long Deviations, double Seconds,
    double Total, double Kept)
{
    public const string Columns =
        """
        service AS Service, client AS Client, sampler AS Sampler, rates_tag AS RatesTag, first_report_at AS FirstReportAt, last_report_at AS LastReportAt,
        current_at AS CurrentAt, deviations AS Deviations, seconds AS Seconds, total AS Total, kept AS Kept
        """;
}
