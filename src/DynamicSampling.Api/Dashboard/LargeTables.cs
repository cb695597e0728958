using DynamicSampling.Api.Storage;
using DynamicSampling.Dashboard.Services;

namespace DynamicSampling.Api.Dashboard;

/// <summary>
/// Holds tables of thousands of rows for some seconds, so that whoever sorts, searches and turns pages does not add up all minutes of an
/// organization with each click. What is small is read anew.
/// </summary>
internal sealed class LargeTables(SqlRateStore rates, TimeProvider clock) : IDisposable
{
    private const int LeastRows = 2000;
    private const int MaxTables = 4;
    private const int MaxReaders = 2;

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(15);

    // Each has the rates of an organization in memory.
    private readonly SemaphoreSlim _readers = new(MaxReaders);
    private readonly Lock _gate = new();
    private readonly List<(TableKey Key, RateTable Table, DateTimeOffset Until)> _tables = [];

    public async Task<RateTable> FindOrReadAsync(TableKey key, Func<Task<RateTable>> readAsync, CancellationToken cancellationToken)
    {
        if (await FindCurrentAsync(key, cancellationToken) is { } found)
            return found;
        await _readers.WaitAsync(cancellationToken);
        try
        {
            // Somebody may have read it while this one waited.
            if (await FindCurrentAsync(key, cancellationToken) is { } read)
                return read;
            var table = await readAsync();
            if (table.Rows.Count >= LeastRows)
                Keep(key, table);
            return table;
        }
        finally
        {
            _readers.Release();
        }
    }

    public void Dispose() => _readers.Dispose();

    private async Task<RateTable?> FindCurrentAsync(TableKey key, CancellationToken cancellationToken) =>
        Find(key) is { } found && found.Version == ((await rates.FindAsync(key.Organization, cancellationToken))?.Version ?? 0) ? found : null;

    private RateTable? Find(TableKey key)
    {
        lock (_gate)
        {
            _tables.RemoveAll(held => held.Until <= clock.GetUtcNow());
            return _tables.Find(held => held.Key == key).Table;
        }
    }

    private void Keep(TableKey key, RateTable table)
    {
        lock (_gate)
        {
            _tables.RemoveAll(held => held.Key == key);
            if (_tables.Count == MaxTables)
                _tables.RemoveAt(0);
            _tables.Add((key, table, clock.GetUtcNow() + Lifetime));
        }
    }
}

/// <summary>What a table is about.</summary>
internal sealed record TableKey(string Organization, string? Project, bool ByTransaction, VolumeWindow Window);
