using System.Data.Common;
using System.Text.Json.Nodes;
using Dapper;

namespace DynamicSampling.Api.Storage;

/// <summary>Who changed what. An entry is written in the transaction of its change, so that there is none of the two without the other.</summary>
internal sealed class SqlAuditLog(Database database, TimeProvider clock)
{
    public Task WriteAsync(DbConnection connection, DbTransaction transaction, AuditChange change)
    {
        var now = clock.GetUtcNow();
        return connection.ExecuteAsync(
            """
            INSERT INTO audit (id, at, actor, action, organization, project, subject, before, after)
            VALUES (@id, @at, @Actor, @action, @Organization, @Project, @Subject, @Before, @After)
            """,
            new
            {
                id = Guid.CreateVersion7(now).ToString(),
                at = now.ToUnixTimeMilliseconds(),
                change.Actor,
                action = change.Action.ToString(),
                change.Organization,
                change.Project,
                change.Subject,
                change.Before,
                change.After,
            },
            transaction);
    }

    /// <summary>Entries, newest first.</summary>
    public Task<IReadOnlyList<AuditEntry>> ListAsync(AuditQuery query, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<AuditEntry>>(
            async connection =>
            {
                // Only conditions that are asked for, so that each query can use its index.
                var conditions = new List<string>();
                if (query.Organization is not null)
                    conditions.Add("organization = @Organization");
                if (query.Actor is not null)
                    conditions.Add("actor = @Actor");
                if (query.Action is not null)
                    conditions.Add("action = @action");
                if (query.Subjects is not null)
                    conditions.Add(database.Dialect.IsOneOf("subject", "@Subjects"));
                if (query.Since is not null)
                    conditions.Add("at >= @since");
                if (query.After is not null)
                    conditions.Add("id < @after");
                var where = conditions.Count == 0 ? "" : "WHERE " + string.Join(" AND ", conditions);
                var rows = await connection.QueryAsync<Row>(
                    $"""
                    SELECT id AS Id, at AS At, actor AS Actor, action AS Action, organization AS Organization, project AS Project, subject AS Subject,
                           before AS Before, after AS After
                    FROM audit {where} ORDER BY id DESC LIMIT @Limit
                    """,
                    new
                    {
                        query.Organization, query.Actor, action = query.Action?.ToString(), Subjects = query.Subjects?.ToArray(), since = query.Since?.ToUnixTimeMilliseconds(),
                        after = query.After?.ToString(), query.Limit,
                    });
                return [.. rows.Select(row => row.ToEntry())];
            },
            cancellationToken);

    private sealed record Row(
        string Id, long At, string Actor, string Action, string Organization, string? Project, string? Subject, string? Before, string? After)
    {
        public AuditEntry ToEntry() => new(
            Guid.Parse(Id), DateTimeOffset.FromUnixTimeMilliseconds(At), Actor, Enum.Parse<AuditAction>(Action), Organization, Project, Subject,
            Parse(Before), Parse(After));

        private static JsonObject? Parse(string? json) => json is null ? null : JsonNode.Parse(json)!.AsObject();
    }
}
