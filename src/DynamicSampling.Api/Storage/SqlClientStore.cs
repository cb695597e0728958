using Dapper;
using DynamicSampling.Api.Storage.Dialects;

namespace DynamicSampling.Api.Storage;

/// <summary>When the clients of services polled last.</summary>
internal sealed class SqlClientStore(Database database)
{
    /// <summary>The services whose clients polled since an instant, each once for every process that was polled.</summary>
    public Task<IReadOnlyList<StoredClients>> ReadAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<StoredClients>>(
            async connection => (await connection.QueryAsync<StoredClients>(
                """
                SELECT organization AS Organization, service AS Service, node AS Node, last_poll_at AS LastPollAt, polls AS Polls, clients AS Clients,
                       poll_interval AS PollInterval
                FROM clients WHERE last_poll_at >= @since
                """,
                new { since = since.ToUnixTimeMilliseconds() })).AsList(),
            cancellationToken);

    /// <summary>Stores the latest polls, and drops those before an instant.</summary>
    public Task SaveAsync(StoredClients[] clients, DateTimeOffset oldest, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (connection, transaction) =>
            {
                await database.Dialect.ExecuteAsync(
                    connection, transaction,
                    $"""
                    INSERT INTO clients (organization, service, node, last_poll_at, polls, clients, poll_interval) {SqlDialect.Rows}
                    ON CONFLICT (organization, service, node) DO UPDATE SET
                        last_poll_at = excluded.last_poll_at, polls = excluded.polls, clients = excluded.clients, poll_interval = excluded.poll_interval
                    """,
                    [
                        Array.ConvertAll(clients, client => client.Organization), Array.ConvertAll(clients, client => client.Service),
                        Array.ConvertAll(clients, client => client.Node), Array.ConvertAll(clients, client => client.LastPollAt),
                        Array.ConvertAll(clients, client => client.Polls), Array.ConvertAll(clients, client => client.Clients),
                        Array.ConvertAll(clients, client => client.PollInterval),
                    ],
                    cancellationToken);
                return await connection.ExecuteAsync("DELETE FROM clients WHERE last_poll_at < @oldest", new { oldest = oldest.ToUnixTimeMilliseconds() }, transaction);
            },
            cancellationToken);
}

/// <summary>The clients of a service.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Service">The service's name.</param>
/// <param name="Node">The process that was polled.</param>
/// <param name="LastPollAt">When one polled last, in milliseconds since the Unix epoch.</param>
/// <param name="Polls">How many polls there have been since that process started.</param>
/// <param name="Clients">How many there seemed to be.</param>
/// <param name="PollInterval">From one poll of a client to its next, in milliseconds; 0 when that could not be told.</param>
[method: ExplicitConstructor]
internal sealed record StoredClients(string Organization, string Service, string Node, long LastPollAt, long Polls, long Clients, long PollInterval);
