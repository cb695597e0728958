using System.Data.Common;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace DynamicSampling.Benchmarks.Passes;

/// <summary>
/// The statements of a pass with their parameters and connections, to be executed again. A command that was executed several times
/// is made once here too, and all that a query returns is read.
/// </summary>
internal sealed class RecordedStatements
{
    private readonly List<Statement?> _statements = [];
    private readonly Dictionary<SqliteCommand, int> _commands = new(ReferenceEqualityComparer.Instance);
    private bool _isOpen;

    /// <summary>How many statements there are.</summary>
    public int Count => _statements.Count(static statement => statement is not null);

    public void Open()
    {
        if (_isOpen)
            throw new InvalidOperationException("Two connections are open at once; the statements cannot be told apart.");
        _isOpen = true;
    }

    public void Execute(SqliteCommand command)
    {
        // A command that the connection has seen gets new values only.
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_commands, command, out var isKnown);
        if (!isKnown)
            number = _commands.Count - 1;
        _statements.Add(new(
            number, command.CommandText, isKnown,
            [.. command.Parameters.Cast<SqliteParameter>().Select(parameter => KeyValuePair.Create(parameter.ParameterName, parameter.Value))]));
    }

    /// <summary>A null among the statements.</summary>
    public void Close()
    {
        _statements.Add(null);
        _commands.Clear();
        _isOpen = false;
    }

    /// <summary>Executes them, in order.</summary>
    /// <param name="source">Opens the connections.</param>
    /// <returns>How many rows were read.</returns>
    public long Execute(DbDataSource source)
    {
        long rows = 0;
        var commands = new List<DbCommand>();
        DbConnection? connection = null;
        foreach (var statement in _statements)
        {
            connection ??= source.OpenConnection();
            if (statement is not null)
            {
                rows += Execute(connection, commands, statement);
                continue;
            }

            foreach (var command in commands)
                command.Dispose();
            commands.Clear();
            connection.Dispose();
            connection = null;
        }

        return rows;
    }

    private static long Execute(DbConnection connection, List<DbCommand> commands, Statement statement)
    {
        if (!statement.IsRepeated)
        {
            var command = connection.CreateCommand();
            command.CommandText = statement.Text;
            foreach (var (name, value) in statement.Parameters)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = name;
                parameter.Value = value;
                command.Parameters.Add(parameter);
            }

            commands.Add(command);
        }
        else
        {
            for (var i = 0; i < statement.Parameters.Length; i++)
                commands[statement.Command].Parameters[i].Value = statement.Parameters[i].Value;
        }

        long rows = 0;
        using var reader = commands[statement.Command].ExecuteReader();
        while (reader.Read())
        {
            rows++;
            statement.Columns ??= new TypeCode[reader.FieldCount];
            for (var i = 0; i < statement.Columns.Length; i++)
                Read(reader, i, ref statement.Columns[i]);
        }

        return rows;
    }

    // As cheaply as the driver can: without boxes.
    private static void Read(DbDataReader reader, int column, ref TypeCode type)
    {
        if (reader.IsDBNull(column))
            return;
        if (type == TypeCode.Empty)
            type = Type.GetTypeCode(reader.GetValue(column).GetType());
        switch (type)
        {
            case TypeCode.String:
                _ = reader.GetString(column);
                break;
            case TypeCode.Double:
                _ = reader.GetDouble(column);
                break;
            case TypeCode.Int64:
                _ = reader.GetInt64(column);
                break;
            default:
                throw new NotSupportedException($"No statement has read a {type} before.");
        }
    }

    private sealed record Statement(int Command, string Text, bool IsRepeated, KeyValuePair<string, object?>[] Parameters)
    {
        /// <summary>What the columns hold, as seen in the first value of each.</summary>
        public TypeCode[]? Columns { get; set; }
    }
}
