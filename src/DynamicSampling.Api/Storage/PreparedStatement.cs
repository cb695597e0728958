using System.Data.Common;

namespace DynamicSampling.Api.Storage;

/// <summary>A statement that runs many times inside a transaction; its parameters are @0, @1 and so on.</summary>
internal sealed class PreparedStatement : IDisposable
{
    private readonly DbCommand _command;

    public PreparedStatement(DbConnection connection, DbTransaction transaction, string sql, int parameters)
    {
        _command = connection.CreateCommand();
        _command.Transaction = transaction;
        _command.CommandText = sql;
        for (var i = 0; i < parameters; i++)
        {
            var parameter = _command.CreateParameter();
            parameter.ParameterName = $"@{i}";
            _command.Parameters.Add(parameter);
        }
    }

    /// <summary>The first column of the first row; null when there is no row.</summary>
    public long? Find(params ReadOnlySpan<object> values)
    {
        Set(values);
        return (long?)_command.ExecuteScalar();
    }

    public DbDataReader Read(params ReadOnlySpan<object> values)
    {
        Set(values);
        return _command.ExecuteReader();
    }

    public void Execute(params ReadOnlySpan<object> values)
    {
        Set(values);
        _command.ExecuteNonQuery();
    }

    public void Dispose() => _command.Dispose();

    private void Set(ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
            _command.Parameters[i].Value = values[i];
    }
}
