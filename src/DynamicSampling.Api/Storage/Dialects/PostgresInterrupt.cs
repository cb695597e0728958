using System.Data.Common;
using Dapper;
using Npgsql;

namespace DynamicSampling.Api.Storage.Dialects;

/// <summary>
/// Cancels what a connection's server process is doing when a token is cancelled, over a connection of its own: the statements come from
/// many places, which all share a connection but no token.
/// </summary>
internal sealed class PostgresInterrupt : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;
    private readonly int _process;
    private readonly CancellationTokenRegistration _registration;
    private Task? _cancelling;

    public PostgresInterrupt(NpgsqlDataSource source, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        _source = source;
        _process = connection.ProcessID;
        _registration = cancellationToken.UnsafeRegister(static self => ((PostgresInterrupt)self!).Cancel(), this);
    }

    /// <summary>Before the connection goes back to the pool: what is cancelled must not be the statement of whoever has it next.</summary>
    public async ValueTask DisposeAsync()
    {
        await _registration.DisposeAsync();
        if (Volatile.Read(ref _cancelling) is { } cancelling)
            await cancelling;
    }

    private void Cancel() => Volatile.Write(ref _cancelling, Task.Run(CancelAsync));

    private async Task CancelAsync()
    {
        try
        {
            await using var connection = await _source.OpenConnectionAsync();
            await connection.ExecuteAsync("SELECT pg_cancel_backend(@process)", new { process = _process });
        }
        catch (Exception exception) when (exception is DbException or TimeoutException or ObjectDisposedException)
        {
            // Whoever does not answer this does not answer the statement either: that ends by its own timeout.
        }
    }
}
