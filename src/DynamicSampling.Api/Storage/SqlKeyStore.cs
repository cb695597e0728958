using System.Collections.Frozen;
using System.Data.Common;
using System.Text.Json;
using Dapper;
using DynamicSampling.Api.Authentication;

namespace DynamicSampling.Api.Storage;

/// <summary>Keys, without what makes them work.</summary>
internal sealed class SqlKeyStore(Database database)
{
    private const string Columns =
        "id AS Id, name AS Name, hash AS Hash, scopes AS Scopes, organizations AS Organizations, source AS Source, created_at AS CreatedAt, expires_at AS ExpiresAt, revoked_at AS RevokedAt";

    private const string NextChange = "(SELECT COALESCE(MAX(change), 0) + 1 FROM api_keys)";

    /// <summary>The number of the latest change; 0 when there has never been a key.</summary>
    public Task<long> FindChangeAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(connection => connection.ExecuteScalarAsync<long>("SELECT COALESCE(MAX(change), 0) FROM api_keys"), cancellationToken);

    /// <summary>All keys, also those that no longer count, in the order in which they were made.</summary>
    public Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(connection => ListAsync(connection, transaction: null), cancellationToken);

    public Task AddAsync(ApiKey key, CancellationToken cancellationToken) =>
        database.WriteSerializablyAsync((connection, transaction) => AddAsync(connection, transaction, key), cancellationToken);

    /// <returns>False when there is none of that id, or it has been revoked before.</returns>
    public Task<bool> RevokeAsync(string id, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteSerializablyAsync(
            async (connection, transaction) => await connection.ExecuteAsync(
                $"UPDATE api_keys SET revoked_at = @now, revoked_by = 'command', change = {NextChange} WHERE id = @id AND (revoked_at IS NULL OR revoked_by = 'configuration')",
                new { id, now = now.ToUnixTimeMilliseconds() },
                transaction) > 0,
            cancellationToken);

    /// <summary>
    /// Makes the keys that come from the configuration those of a list. What is no longer in it is revoked; what the command has revoked stays so.
    /// </summary>
    public Task ConfigureAsync(IReadOnlyList<ApiKey> configured, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteSerializablyAsync(
            async (connection, transaction) =>
            {
                var stored = await connection.QueryAsync<Row>(
                    $"SELECT {Columns} FROM api_keys WHERE source = 'configuration' OR {database.Dialect.IsOneOf("hash", "@hashes")}",
                    new { hashes = configured.Select(key => key.Hash).ToArray() },
                    transaction);
                var byHash = stored.ToDictionary(row => row.Hash, StringComparer.Ordinal);
                foreach (var key in configured)
                {
                    if (!byHash.Remove(key.Hash, out var row))
                        await AddAsync(connection, transaction, key);
                    else if (!Equals(row.ToKey().Grant, key.Grant) || row.ExpiresAt != key.ExpiresAt?.ToUnixTimeMilliseconds() || row.RevokedAt is not null)
                        await ChangeAsync(connection, transaction, row.Id, key);
                }

                foreach (var row in byHash.Values.Where(row => row.RevokedAt is null))
                {
                    await connection.ExecuteAsync(
                        $"UPDATE api_keys SET revoked_at = @now, revoked_by = 'configuration', change = {NextChange} WHERE id = @Id",
                        new { row.Id, now = now.ToUnixTimeMilliseconds() },
                        transaction);
                }

                return true;
            },
            cancellationToken);

    private static Task<int> ChangeAsync(DbConnection connection, DbTransaction transaction, string id, ApiKey key) =>
        connection.ExecuteAsync(
            $"""
            UPDATE api_keys SET name = @Name, scopes = @scopes, organizations = @organizations, expires_at = @expires, source = 'configuration',
                revoked_at = CASE WHEN revoked_by = 'command' THEN revoked_at END, change = {NextChange}
            WHERE id = @id
            """,
            new { id, key.Grant.Name, scopes = ScopeNames.Of(key.Grant.Scopes), organizations = Write(key.Grant), expires = key.ExpiresAt?.ToUnixTimeMilliseconds() },
            transaction);

    private static Task<int> AddAsync(DbConnection connection, DbTransaction transaction, ApiKey key) =>
        connection.ExecuteAsync(
            $"""
            INSERT INTO api_keys (id, name, hash, scopes, organizations, source, created_at, expires_at, change)
            VALUES (@Id, @Name, @Hash, @scopes, @organizations, @source, @created, @expires, {NextChange})
            """,
            new
            {
                key.Id,
                key.Grant.Name,
                key.Hash,
                scopes = ScopeNames.Of(key.Grant.Scopes),
                organizations = Write(key.Grant),
                source = key.Source == KeySource.Configuration ? "configuration" : "command",
                created = key.CreatedAt.ToUnixTimeMilliseconds(),
                expires = key.ExpiresAt?.ToUnixTimeMilliseconds(),
            },
            transaction);

    private static async Task<IReadOnlyList<ApiKey>> ListAsync(DbConnection connection, DbTransaction? transaction) =>
        [.. (await connection.QueryAsync<Row>($"SELECT {Columns} FROM api_keys ORDER BY created_at, id", transaction: transaction)).Select(row => row.ToKey())];

    private static string? Write(Grant grant) => grant.Organizations is { } organizations ? JsonSerializer.Serialize(organizations.Order(StringComparer.Ordinal)) : null;

    private sealed record Row(
        string Id, string Name, string Hash, string Scopes, string? Organizations, string Source, long CreatedAt, long? ExpiresAt, long? RevokedAt)
    {
        public ApiKey ToKey() => new(
            Id, Hash,
            new(Name, ScopeNames.ParseKnown(Scopes.Split(' ')), Organizations is null ? null : JsonSerializer.Deserialize<string[]>(Organizations)!.ToFrozenSet(StringComparer.Ordinal)),
            Source == "configuration" ? KeySource.Configuration : KeySource.Command,
            DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt), At(ExpiresAt), At(RevokedAt));

        private static DateTimeOffset? At(long? milliseconds) => milliseconds is { } known ? DateTimeOffset.FromUnixTimeMilliseconds(known) : null;
    }
}
