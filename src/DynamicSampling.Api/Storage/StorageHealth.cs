using Dapper;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace DynamicSampling.Api.Storage;

/// <summary>Ready means that the database answers.</summary>
internal sealed class StorageHealth(Database database, TimeProvider clock) : IHealthCheck
{
    /// <summary>Whoever asks has a timeout of its own, and learns nothing when that is over first.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await database.ReadAsync(connection => connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM schema_versions"), cancellationToken)
                .WaitAsync(Patience, clock, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (TimeoutException exception)
        {
            return HealthCheckResult.Unhealthy($"The database has not answered for {Patience.TotalSeconds} s.", exception);
        }
        catch (StorageUnavailableException exception)
        {
            return HealthCheckResult.Unhealthy(exception.Message, exception);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return HealthCheckResult.Unhealthy($"The database does not answer: {exception.Message}", exception);
        }
    }
}
