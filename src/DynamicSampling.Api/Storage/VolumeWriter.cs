using System.Data.Common;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>Adds counts inside a transaction, with each statement prepared once.</summary>
internal sealed class VolumeWriter : IDisposable
{
    private readonly Dictionary<string, long> _organizations = new(StringComparer.Ordinal);
    private readonly Dictionary<(long, string), long> _projects = [];
    private readonly Dictionary<(long, string), long> _transactions = [];
    private readonly NameLookup _organization;
    private readonly NameLookup _project;
    private readonly NameLookup _transaction;
    private readonly Statement _volume;

    public VolumeWriter(DbConnection connection, DbTransaction transaction)
    {
        _organization = new(
            connection, transaction, "SELECT id FROM organizations WHERE name = @0", "INSERT INTO organizations (name) VALUES (@0) RETURNING id", 1);
        _project = new(
            connection, transaction,
            "SELECT id FROM projects WHERE organization_id = @0 AND name = @1",
            "INSERT INTO projects (organization_id, name) VALUES (@0, @1) RETURNING id",
            2);
        _transaction = new(
            connection, transaction,
            "SELECT id FROM transactions WHERE project_id = @0 AND name = @1",
            "INSERT INTO transactions (project_id, name) VALUES (@0, @1) RETURNING id",
            2);
        _volume = new(
            connection, transaction,
            """
            INSERT INTO volumes (project_id, minute, transaction_id, total, kept, exact) VALUES (@0, @1, @2, @3, @4, 1)
            ON CONFLICT (project_id, minute, transaction_id) DO UPDATE SET total = total + excluded.total, kept = kept + excluded.kept
            """,
            5);
    }

    public void Add(VolumeKey key, VolumeCount count)
    {
        if (!_organizations.TryGetValue(key.Organization, out var organization))
            _organizations.Add(key.Organization, organization = _organization.GetId(key.Organization));
        if (!_projects.TryGetValue((organization, key.Project), out var project))
            _projects.Add((organization, key.Project), project = _project.GetId(organization, key.Project));
        if (!_transactions.TryGetValue((project, key.Transaction), out var transaction))
            _transactions.Add((project, key.Transaction), transaction = _transaction.GetId(project, key.Transaction));
        _volume.Execute(project, key.Minute, transaction, count.Total, count.Kept);
    }

    public void Dispose()
    {
        _organization.Dispose();
        _project.Dispose();
        _transaction.Dispose();
        _volume.Dispose();
    }

    /// <summary>Finds the id of a name. Nearly all names are known, and finding writes nothing.</summary>
    private sealed class NameLookup(DbConnection connection, DbTransaction transaction, string select, string insert, int parameters) : IDisposable
    {
        private readonly Statement _select = new(connection, transaction, select, parameters);
        private readonly Statement _insert = new(connection, transaction, insert, parameters);

        public long GetId(params ReadOnlySpan<object> values) => _select.GetId(values) ?? _insert.GetId(values)!.Value;

        public void Dispose()
        {
            _select.Dispose();
            _insert.Dispose();
        }
    }

    private sealed class Statement : IDisposable
    {
        private readonly DbCommand _command;

        public Statement(DbConnection connection, DbTransaction transaction, string sql, int parameters)
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

        public long? GetId(params ReadOnlySpan<object> values)
        {
            Set(values);
            return (long?)_command.ExecuteScalar();
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
}
