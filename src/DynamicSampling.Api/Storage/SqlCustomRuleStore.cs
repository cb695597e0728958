using System.Data.Common;
using System.Text.Json;
using Dapper;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Api.Storage;

/// <summary>Custom rules.</summary>
internal sealed class SqlCustomRuleStore(Database database, NameLimits limits, SqlAuditLog audit, ILogger<SqlCustomRuleStore> logger) : ICustomRuleStore
{
    private const string Columns =
        """
        c.id AS Id, o.name AS Organization, c.project AS Project, c.number AS Number, c.condition AS Condition, c.samples AS Samples,
        c.starts_at AS StartsAt, c.ends_at AS EndsAt, c.description AS Description, c.created_at AS CreatedAt, c.collected AS Collected,
        c.announced_at AS AnnouncedAt, c.deactivated_at AS DeactivatedAt
        """;

    public Task<IReadOnlyList<CustomRule>> ListActiveAsync(string? organization, Guid? after, int limit, CancellationToken cancellationToken) =>
        ListAsync(
            "c.deactivated_at IS NULL AND (@organization IS NULL OR o.name = @organization)", organization, after, limit, cancellationToken);

    /// <summary>All rules of an organization, in the order of their ids.</summary>
    public Task<IReadOnlyList<CustomRule>> ListAsync(string organization, Guid? after, int limit, CancellationToken cancellationToken) =>
        ListAsync("o.name = @organization", organization, after, limit, cancellationToken);

    /// <summary>The active rules that a project's rules document has.</summary>
    public Task<IReadOnlyList<CustomRule>> ListOfProjectAsync(ProjectKey project, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<CustomRule>>(
            async connection => Readable(await connection.QueryAsync<Row>(
                $"""
                SELECT {Columns}
                FROM custom_rules c JOIN organizations o ON o.id = c.organization_id
                WHERE o.name = @Organization AND c.deactivated_at IS NULL AND c.ends_at > @now AND (c.project IS NULL OR c.project = @Project)
                ORDER BY c.number
                """,
                new { project.Organization, project.Project, now = now.ToUnixTimeMilliseconds() })),
            cancellationToken);

    public Task<CustomRule?> FindAsync(string organization, Guid id, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => FindAsync(connection, transaction: null, organization, id), cancellationToken);

    /// <summary>Adds a rule under the smallest number that is free.</summary>
    /// <returns>The rule with its number; null when there are <see cref="CustomRule.MaxActive"/> active ones.</returns>
    /// <exception cref="NoRoomException">Its organization is new, and there are too many.</exception>
    public Task<CustomRule?> AddAsync(CustomRule rule, string actor, CancellationToken cancellationToken) =>
        database.WriteSerializablyAsync(
            async (connection, transaction) =>
            {
                if (await AddAsync(connection, transaction, new(connection, transaction, database.Dialect, limits, cancellationToken), rule) is not { } added)
                    return null;
                await audit.WriteAsync(connection, transaction, Change(actor, AuditAction.CustomRuleCreated, added) with { After = ToObject(added) });
                return added;
            },
            cancellationToken);

    /// <summary>Changes a rule that is active.</summary>
    /// <returns>The changed rule; null when there is none, or it has expired.</returns>
    public Task<CustomRule?> ChangeAsync(
        string organization, Guid id, DateTimeOffset now, Func<CustomRule, CustomRule> change, string actor, CancellationToken cancellationToken) =>
        database.WriteSerializablyAsync(
            async (connection, transaction) =>
            {
                if (await FindAsync(connection, transaction, organization, id) is not { } rule || !rule.IsActive(now))
                    return null;
                var changed = change(rule);
                if (changed == rule)
                    return rule;
                await SaveAsync(connection, transaction, changed);
                await audit.WriteAsync(
                    connection, transaction, Change(actor, AuditAction.CustomRuleChanged, rule) with { Before = ToObject(rule), After = ToObject(changed) });
                return changed;
            },
            cancellationToken);

    public Task UpdateAsync(CustomRule rule, CancellationToken cancellationToken) =>
        database.WriteAsync(
            // Only what the tasks find out, and only as far as it still holds: a user may have changed the rule meanwhile.
            (connection, transaction) => connection.ExecuteAsync(
                """
                UPDATE custom_rules SET
                    collected = @Collected,
                    announced_at = CASE WHEN samples <= @Collected THEN @announced ELSE announced_at END,
                    deactivated_at = COALESCE(deactivated_at, CASE WHEN ends_at <= @deactivated THEN @deactivated END)
                WHERE id = @id
                """,
                new
                {
                    id = rule.Id.ToString(),
                    rule.Collected,
                    announced = rule.AnnouncedAt?.ToUnixTimeMilliseconds(),
                    deactivated = rule.DeactivatedAt?.ToUnixTimeMilliseconds(),
                },
                transaction),
            cancellationToken);

    /// <returns>False when there is no such rule.</returns>
    public Task<bool> DeleteAsync(string organization, Guid id, string actor, CancellationToken cancellationToken) =>
        database.WriteSerializablyAsync(
            async (connection, transaction) =>
            {
                await database.Dialect.LockNamesAsync(connection, transaction);
                var rule = await FindAsync(connection, transaction, organization, id);
                if (!await DeleteAsync(connection, transaction, organization, id))
                    return false;
                // One that cannot be read is deleted all the same.
                await audit.WriteAsync(connection, transaction, new(actor, AuditAction.CustomRuleDeleted, organization, rule?.Project)
                {
                    Subject = id.ToString(),
                    Before = rule is null ? null : ToObject(rule),
                });
                return true;
            },
            cancellationToken);

    internal static async Task<bool> DeleteAsync(DbConnection connection, DbTransaction transaction, string organization, Guid id)
    {
        var deleted = await connection.ExecuteAsync(
            "DELETE FROM custom_rules WHERE id = @id AND organization_id = (SELECT id FROM organizations WHERE name = @organization)",
            new { organization, id = id.ToString() },
            transaction);
        await SqlOrganizationStore.DropIfEmptyAsync(connection, transaction, organization);
        return deleted > 0;
    }

    internal static async Task<CustomRule?> AddAsync(DbConnection connection, DbTransaction transaction, NameRoom room, CustomRule rule)
    {
        await room.EnsureAsync(rule.Organization);
        await connection.ExecuteAsync(
            """
            INSERT INTO organizations (name) VALUES (@Organization) ON CONFLICT (name) DO NOTHING;
            UPDATE custom_rules SET deactivated_at = @now
            WHERE organization_id = (SELECT id FROM organizations WHERE name = @Organization) AND deactivated_at IS NULL AND ends_at <= @now;
            """,
            new { rule.Organization, now = rule.CreatedAt.ToUnixTimeMilliseconds() },
            transaction);
        var numbers = (await connection.QueryAsync<int>(
            """
            SELECT number FROM custom_rules
            WHERE organization_id = (SELECT id FROM organizations WHERE name = @Organization) AND deactivated_at IS NULL
            ORDER BY number
            """,
            new { rule.Organization },
            transaction)).AsList();
        if (numbers.Count >= CustomRule.MaxActive)
            return null;
        // The first gap; the numbers are in order.
        var number = 0;
        while (number < numbers.Count && numbers[number] == number)
            number++;
        var added = rule with { Number = number };
        await connection.ExecuteAsync(
            """
            INSERT INTO custom_rules (id, organization_id, number, project, description, condition, samples, starts_at, ends_at, created_at)
            SELECT @id, id, @Number, @Project, @Description, @condition, @Samples, @start, @end, @created FROM organizations WHERE name = @Organization
            """,
            new
            {
                id = added.Id.ToString(),
                added.Number,
                added.Project,
                added.Description,
                condition = JsonSerializer.Serialize(added.Condition),
                added.Samples,
                start = added.Start.ToUnixTimeMilliseconds(),
                end = added.End.ToUnixTimeMilliseconds(),
                created = added.CreatedAt.ToUnixTimeMilliseconds(),
                added.Organization,
            },
            transaction);
        return added;
    }

    /// <summary>Writes all of a rule that can change; its number stays.</summary>
    internal static Task<int> SaveAsync(DbConnection connection, DbTransaction transaction, CustomRule rule) =>
        connection.ExecuteAsync(
            """
            UPDATE custom_rules SET project = @Project, description = @Description, condition = @condition, samples = @Samples, starts_at = @start,
                ends_at = @end, collected = @Collected, announced_at = @announced
            WHERE id = @id
            """,
            new
            {
                id = rule.Id.ToString(),
                rule.Project,
                rule.Description,
                condition = JsonSerializer.Serialize(rule.Condition),
                rule.Samples,
                start = rule.Start.ToUnixTimeMilliseconds(),
                end = rule.End.ToUnixTimeMilliseconds(),
                rule.Collected,
                announced = rule.AnnouncedAt?.ToUnixTimeMilliseconds(),
            },
            transaction);

    /// <summary>A rule as the object that the audit log shows.</summary>
    internal static string ToObject(CustomRule rule) => SettingsJson.Write(CustomRuleDocument.Of(rule));

    internal async Task<IReadOnlyList<CustomRule>> ListActiveAsync(
        DbConnection connection, DbTransaction transaction, DateTimeOffset now, string? organization) =>
        Readable(await connection.QueryAsync<Row>(
            $"""
            SELECT {Columns}
            FROM custom_rules c JOIN organizations o ON o.id = c.organization_id
            WHERE c.deactivated_at IS NULL AND c.ends_at > @now {(organization is null ? "" : "AND o.name = @organization")}
            ORDER BY o.name, c.id
            """,
            new { now = now.ToUnixTimeMilliseconds(), organization },
            transaction));

    private static AuditChange Change(string actor, AuditAction action, CustomRule rule) =>
        new(actor, action, rule.Organization, rule.Project) { Subject = rule.Id.ToString() };

    private Task<IReadOnlyList<CustomRule>> ListAsync(string filter, string? organization, Guid? after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<CustomRule>>(
            async connection =>
            {
                var rules = new List<CustomRule>();
                var last = after?.ToString() ?? "";
                List<Row> rows;
                // A page that is not full is taken for the last one, so those that cannot be read must be made up for.
                do
                {
                    rows = (await connection.QueryAsync<Row>(
                        $"""
                        SELECT {Columns}
                        FROM custom_rules c JOIN organizations o ON o.id = c.organization_id
                        WHERE {filter} AND c.id > @last
                        ORDER BY c.id
                        LIMIT @limit
                        """,
                        new { organization, last, limit = limit - rules.Count })).AsList();
                    rules.AddRange(Readable(rows));
                    last = rows.Count == 0 ? last : rows[^1].Id;
                }
                while (rows.Count > 0 && rules.Count < limit);
                return rules;
            },
            cancellationToken);

    private async Task<CustomRule?> FindAsync(DbConnection connection, DbTransaction? transaction, string organization, Guid id) =>
        Readable(await connection.QueryAsync<Row>(
            $"SELECT {Columns} FROM custom_rules c JOIN organizations o ON o.id = c.organization_id WHERE o.name = @organization AND c.id = @id",
            new { organization, id = id.ToString() },
            transaction)).SingleOrDefault();

    // One that cannot be read stands in nobody's way.
    private List<CustomRule> Readable(IEnumerable<Row> rows)
    {
        var rules = new List<CustomRule>();
        foreach (var row in rows)
        {
            try
            {
                rules.Add(row.ToRule());
            }
            catch (JsonException exception)
            {
                Log.CustomRuleUnreadable(logger, exception, row.Id, row.Organization);
            }
        }

        return rules;
    }

    private sealed record Row(
        string Id, string Organization, string? Project, long Number, string Condition, long Samples, long StartsAt, long EndsAt, string? Description,
        long CreatedAt, double Collected, long? AnnouncedAt, long? DeactivatedAt)
    {
        public CustomRule ToRule() => new(
            Guid.Parse(Id), Organization, Project, (int)Number, JsonSerializer.Deserialize<RuleCondition>(Condition)!, Samples, At(StartsAt), At(EndsAt))
        {
            Description = Description,
            CreatedAt = At(CreatedAt),
            Collected = Collected,
            AnnouncedAt = AnnouncedAt is { } announced ? At(announced) : null,
            DeactivatedAt = DeactivatedAt is { } deactivated ? At(deactivated) : null,
        };

        private static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
    }
}
