using System.Text.Json;
using Dapper;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Storage;

/// <summary>What processes that share a database do to each other's runs.</summary>
internal sealed class SqlNodeRuns(Database database, IOptions<JsonOptions> json)
{
    private static readonly string Alive = $"SELECT name FROM nodes WHERE {SqlNodeStore.IsAlive}";

    /// <summary>Marks what is in progress on a node: its process is another one now.</summary>
    /// <returns>How many runs.</returns>
    public Task<int> MarkLostAsync(string node, CancellationToken cancellationToken) => MarkLostAsync("node = @node", node, cancellationToken);

    /// <summary>Marks what was in progress on nodes that are dead. One that was only held up goes on, and says so when it is back.</summary>
    /// <returns>How many runs.</returns>
    public Task<int> MarkLostOfDeadNodesAsync(CancellationToken cancellationToken) =>
        MarkLostAsync($"(node IS NULL OR node NOT IN ({Alive}))", node: null, cancellationToken);

    /// <summary>Asks the process that has a run to cancel it.</summary>
    /// <returns>False when it is not in progress.</returns>
    public Task<bool> RequestCancelAsync(Guid id, CancellationToken cancellationToken) => database.WriteAsync(
        async (connection, transaction) => await connection.ExecuteAsync(
            "UPDATE runs SET cancel_requested = 1 WHERE id = @id AND status = @running", new { id = id.ToString(), running = Running }, transaction) > 0,
        cancellationToken);

    /// <summary>The runs of a node that somebody asked to cancel.</summary>
    public Task<IReadOnlyList<Guid>> ListCancelRequestsAsync(string node, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<Guid>>(
        async connection =>
        [
            .. (await connection.QueryAsync<string>(
                "SELECT id FROM runs WHERE status = @running AND node = @node AND cancel_requested = 1", new { node, running = Running })).Select(Guid.Parse),
        ],
        cancellationToken);

    /// <summary>A run on another node that lives, which a run of the same task must not overlap. Of shards, only a run over all organizations overlaps any.</summary>
    /// <returns>The run's id; null when there is none.</returns>
    public Task<Guid?> FindConflictAsync(string task, string? organization, string node, CancellationToken cancellationToken) => database.ReadAsync<Guid?>(
        async connection => await connection.QueryFirstOrDefaultAsync<string>(
            $"""
            SELECT id FROM runs
            WHERE status = @running AND task = @task AND node <> @node AND node IN ({Alive})
              AND (@organization IS NULL OR (organization IS NULL AND shard IS NULL) OR organization = @organization)
            ORDER BY id LIMIT 1
            """,
            new { running = Running, task, organization, node }) is { } id ? Guid.Parse(id) : null,
        cancellationToken);

    private static string Running => RunStatus.Running.ToWireName();

    private Task<int> MarkLostAsync(string condition, string? node, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(
            $"UPDATE runs SET status = @lost, error = @error WHERE status = @running AND {condition}",
            new
            {
                node,
                lost = RunStatus.Lost.ToWireName(),
                running = Running,
                error = JsonSerializer.Serialize(
                    new RunError(RunError.Lost, "The process died while the run was in progress.", Function: null), json.Value.SerializerOptions),
            },
            transaction),
        cancellationToken);
}
