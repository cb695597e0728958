using System.Collections.Concurrent;
using System.Text.Json;
using Dapper;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Storage;

/// <summary>Runs that outlive the process.</summary>
internal sealed class SqlRunStore(Database database, IOptions<JsonOptions> json, ILogger<SqlRunStore> logger) : IRunStore
{
    private const string Columns =
        """
        id AS Id, task AS Task, task_name AS TaskName, organization AS Organization, status AS Status, "trigger" AS "Trigger", started_at AS StartedAt,
        max_seconds AS MaxSeconds, seconds AS Seconds, overrun_seconds AS OverrunSeconds, task_data AS TaskData, result AS Result, error AS Error,
        node AS Node, shard AS Shard, progress AS Progress
        """;

    /// <summary>How many runs are remembered that could not be saved.</summary>
    private const int MaxUnsaved = 1000;

    private readonly ConcurrentDictionary<Guid, TaskRun> _unsaved = new();

    private JsonSerializerOptions Json => json.Value.SerializerOptions;

    public async ValueTask SaveAsync(TaskRun run, CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(run, cancellationToken);
        }
        catch (StorageUnavailableException) when (run.Status != RunStatus.Running)
        {
            // Otherwise it would be in progress for ever.
            Remember(run);
            throw;
        }

        await SaveUnsavedAsync(cancellationToken);
    }

    /// <summary>Saves runs that ended while the database could not be used: with the next run, or sooner where somebody looks after it.</summary>
    public async Task SaveUnsavedAsync(CancellationToken cancellationToken)
    {
        foreach (var (id, run) in _unsaved)
        {
            await WriteAsync(run, cancellationToken);
            _unsaved.TryRemove(id, out _);
        }
    }

    /// <summary>Saves how runs stand that are in progress, for other processes to see.</summary>
    public async Task SaveProgressAsync(IReadOnlyCollection<TaskRun> runs, CancellationToken cancellationToken)
    {
        if (runs.Count == 0)
            return;
        await database.WriteAsync(
            // One that ends meanwhile has its last word; one that was taken for lost is not.
            (connection, transaction) => connection.ExecuteAsync(
                """
                UPDATE runs SET
                    status = @Status, seconds = @Seconds, overrun_seconds = @OverrunSeconds, task_data = @TaskData, result = @Result, error = NULL,
                    progress = @Progress
                WHERE id = @Id AND status IN ('running', 'lost')
                """,
                runs.OrderBy(run => run.Id).Select(ToRow),
                transaction),
            cancellationToken);
    }

    public async ValueTask<TaskRun?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        var row = await database.ReadAsync(
            connection => connection.QuerySingleOrDefaultAsync<Row>($"SELECT {Columns} FROM runs WHERE id = @id", new { id = id.ToString() }),
            cancellationToken);
        return row is null ? null : ToRun(row);
    }

    public async ValueTask<IReadOnlyList<TaskRun>> ListAsync(RunQuery query, CancellationToken cancellationToken)
    {
        // Only conditions that are asked for, so that each query can use its index.
        var conditions = new List<string>();
        if (query.Task is not null)
            conditions.Add("task = @task");
        if (query.Organization is not null)
            conditions.Add("organization = @Organization");
        if (query.Status is not null)
            conditions.Add("status = @status");
        if (query.Since is not null)
            conditions.Add("started_at >= @since");
        if (query.After is not null)
            conditions.Add("id < @after");
        var where = conditions.Count == 0 ? "" : "WHERE " + string.Join(" AND ", conditions);
        var rows = await database.ReadAsync(
            connection => connection.QueryAsync<Row>(
                $"SELECT {Columns} FROM runs {where} ORDER BY id DESC LIMIT @Limit",
                new
                {
                    task = query.Task is null ? null : TaskNames.Shorten(query.Task),
                    query.Organization,
                    status = query.Status?.ToWireName(),
                    since = query.Since?.ToUnixTimeMilliseconds(),
                    after = query.After?.ToString(),
                    query.Limit,
                }),
            cancellationToken);
        return [.. rows.Select(ToRun)];
    }

    /// <summary>The latest run of each task, by the task's short name.</summary>
    public async Task<IReadOnlyDictionary<string, TaskRun>> FindLatestAsync(CancellationToken cancellationToken)
    {
        var rows = await database.ReadAsync(
            connection => connection.QueryAsync<Row>($"SELECT {Columns} FROM runs WHERE id IN (SELECT MAX(id) FROM runs GROUP BY task)"),
            cancellationToken);
        return rows.Select(ToRun).ToDictionary(run => run.Task, StringComparer.Ordinal);
    }

    /// <summary>Marks what was in progress when the process before this one died.</summary>
    /// <returns>How many runs.</returns>
    public Task<int> MarkLostAsync(CancellationToken cancellationToken) =>
        database.WriteAsync(
            (connection, transaction) => connection.ExecuteAsync(
                "UPDATE runs SET status = @lost, error = @error WHERE status = @running",
                new
                {
                    lost = RunStatus.Lost.ToWireName(),
                    running = RunStatus.Running.ToWireName(),
                    error = JsonSerializer.Serialize(new RunError(RunError.Lost, "The process died while the run was in progress.", Function: null), Json),
                },
                transaction),
            cancellationToken);

    private Task<int> WriteAsync(TaskRun run, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(
            """
            INSERT INTO runs
                (id, task, task_name, organization, status, "trigger", started_at, max_seconds, seconds, overrun_seconds, task_data, result, error,
                 node, shard, progress)
            VALUES (@Id, @Task, @TaskName, @Organization, @Status, @Trigger, @StartedAt, @MaxSeconds, @Seconds, @OverrunSeconds, @TaskData, @Result, @Error,
                    @Node, @Shard, @Progress)
            ON CONFLICT (id) DO UPDATE SET
                status = excluded.status, seconds = excluded.seconds, overrun_seconds = excluded.overrun_seconds,
                task_data = excluded.task_data, result = excluded.result, error = excluded.error, progress = excluded.progress
            """,
            ToRow(run),
            transaction),
        cancellationToken);

    private void Remember(TaskRun run)
    {
        if (_unsaved.Count >= MaxUnsaved && !_unsaved.ContainsKey(run.Id))
            return;
        _unsaved[run.Id] = run;
        Log.RunRemembered(logger, run.Id, _unsaved.Count);
    }

    private Row ToRow(TaskRun run) => new(
        run.Id.ToString(), run.Task, run.TaskName, run.Organization, run.Status.ToWireName(), run.Trigger.ToString(),
        run.StartedAt.ToUnixTimeMilliseconds(), run.MaxSeconds, run.Seconds, run.OverrunSeconds,
        JsonSerializer.Serialize(run.TaskData, Json),
        run.Result is null ? null : JsonSerializer.Serialize(run.Result, run.Result.GetType(), Json),
        run.Error is null ? null : JsonSerializer.Serialize(run.Error, Json),
        run.Node,
        run.Shard,
        run.Progress is null ? null : JsonSerializer.Serialize(run.Progress, Json));

    private TaskRun ToRun(Row row) => new()
    {
        Id = Guid.Parse(row.Id),
        Task = row.Task,
        TaskName = row.TaskName,
        Organization = row.Organization,
        Status = WireNames.ParseStatus(row.Status) ?? throw new InvalidDataException($"Run {row.Id} has the unknown status '{row.Status}'."),
        Trigger = Enum.Parse<RunTrigger>(row.Trigger),
        StartedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.StartedAt),
        MaxSeconds = row.MaxSeconds,
        Seconds = row.Seconds,
        OverrunSeconds = row.OverrunSeconds,
        TaskData = JsonSerializer.Deserialize<Dictionary<string, FunctionSnapshot>>(row.TaskData, Json)!,
        Result = row.Result is null ? null : JsonSerializer.Deserialize<JsonElement>(row.Result, Json),
        Error = row.Error is null ? null : JsonSerializer.Deserialize<RunError>(row.Error, Json),
        Node = row.Node,
        Shard = row.Shard,
        Progress = row.Progress is null ? null : JsonSerializer.Deserialize<TaskProgress>(row.Progress, Json),
    };

    private sealed record Row(
        string Id, string Task, string TaskName, string? Organization, string Status, string Trigger, long StartedAt,
        double MaxSeconds, double Seconds, double OverrunSeconds, string TaskData, string? Result, string? Error,
        string? Node, string? Shard, string? Progress);
}
