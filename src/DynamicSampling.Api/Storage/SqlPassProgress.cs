using Dapper;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>Where passes stopped.</summary>
internal sealed class SqlPassProgress(Database database) : IPassProgress
{
    public Task<string?> FindAsync(string task, CancellationToken cancellationToken) =>
        database.ReadAsync(
            connection => connection.QuerySingleOrDefaultAsync<string?>("SELECT organization FROM pass_progress WHERE task = @task", new { task }),
            cancellationToken);

    public Task SaveAsync(string task, string? organization, CancellationToken cancellationToken) =>
        database.WriteAsync(
            (connection, transaction) => connection.ExecuteAsync(
                organization is null
                    ? "DELETE FROM pass_progress WHERE task = @task"
                    : """
                      INSERT INTO pass_progress (task, organization) VALUES (@task, @organization)
                      ON CONFLICT (task) DO UPDATE SET organization = excluded.organization
                      """,
                new { task, organization },
                transaction),
            cancellationToken);
}
