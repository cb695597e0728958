using System.Data.Common;

namespace DynamicSampling.Api.Storage;

/// <summary>Finds the id of a name. Nearly all names are known, and finding writes nothing.</summary>
internal sealed class NameLookup(DbConnection connection, DbTransaction transaction, string select, string insert, int parameters) : IDisposable
{
    private readonly PreparedStatement _select = new(connection, transaction, select, parameters);
    private readonly PreparedStatement _insert = new(connection, transaction, insert, parameters);

    public long GetId(params ReadOnlySpan<object> values) => _select.Find(values) ?? _insert.Find(values)!.Value;

    public void Dispose()
    {
        _select.Dispose();
        _insert.Dispose();
    }
}
