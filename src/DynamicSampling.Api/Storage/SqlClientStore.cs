using Dapper;

namespace DynamicSampling.Api.Storage;

/// <summary>When the clients of services polled last.</summary>
internal sealed class SqlClientStore(Database database)
{
    /// <summary>The services whose clients polled since an instant.</summary>
    public Task<IReadOnlyList<StoredClients>> ReadAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<StoredClients>>(
            async connection => (await connection.QueryAsync<StoredClients>(
                """
                SELECT organization AS Organization, service AS Service, last_poll_at AS LastPollAt, clients AS Clients, poll_interval AS PollInterval
                FROM clients WHERE last_poll_at >= @since
                """,
                new { since = since.ToUnixTimeMilliseconds() })).AsList(),
            cancellationToken);

    /// <summary>Stores the latest polls, and drops those before an instant.</summary>
    public Task SaveAsync(IReadOnlyCollection<StoredClients> clients, DateTimeOffset oldest, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (connection, transaction) =>
            {
                await connection.ExecuteAsync(
                    """
                    INSERT INTO clients (organization, service, last_poll_at, clients, poll_interval)
                    VALUES (@Organization, @Service, @LastPollAt, @Clients, @PollInterval)
                    ON CONFLICT (organization, service) DO UPDATE SET
                        last_poll_at = excluded.last_poll_at, clients = excluded.clients, poll_interval = excluded.poll_interval
                    """,
                    clients,
                    transaction);
                return await connection.ExecuteAsync("DELETE FROM clients WHERE last_poll_at < @oldest", new { oldest = oldest.ToUnixTimeMilliseconds() }, transaction);
            },
            cancellationToken);
}

/// <summary>The clients of a service.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Service">The service's name.</param>
/// <param name="LastPollAt">When one polled last, in milliseconds since the Unix epoch.</param>
/// <param name="Clients">How many there seemed to be.</param>
/// <param name="PollInterval">From one poll of a client to its next, in milliseconds; 0 when that could not be told.</param>
[method: ExplicitConstructor]
internal sealed record StoredClients(string Organization, string Service, long LastPollAt, long Clients, long PollInterval);
