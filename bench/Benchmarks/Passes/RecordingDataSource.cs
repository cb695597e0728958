using System.Data;
using System.Data.Common;
using DynamicSampling.Api.Storage;
using Microsoft.Data.Sqlite;

namespace DynamicSampling.Benchmarks.Passes;

/// <summary>Opens connections to the same database that record every statement, the beginnings and ends of transactions too.</summary>
internal sealed class RecordingDataSource(SqliteDataSource source) : DbDataSource
{
    public RecordedStatements Statements { get; } = new();

    public override string ConnectionString => source.ConnectionString;

    protected override DbConnection CreateDbConnection() => new Connection(ConnectionString, Statements);

    private sealed class Connection(string connectionString, RecordedStatements statements) : SqliteConnection(connectionString)
    {
        private bool _isRecorded;

        public override void Open()
        {
            // What opening itself asks is asked again when a connection is opened for the replay.
            base.Open();
            statements.Open();
            _isRecorded = true;
        }

        public override void Close()
        {
            if (_isRecorded)
                statements.Close();
            _isRecorded = false;
            base.Close();
        }

        public override SqliteCommand CreateCommand() => _isRecorded
            ? new Command(statements) { Connection = this, Transaction = Transaction, CommandTimeout = DefaultTimeout }
            : base.CreateCommand();
    }

    private sealed class Command(RecordedStatements statements) : SqliteCommand
    {
        public override SqliteDataReader ExecuteReader(CommandBehavior behavior)
        {
            // Executing calls itself again, one way or another; every way comes through here once.
            statements.Execute(this);
            return base.ExecuteReader(behavior);
        }
    }
}
