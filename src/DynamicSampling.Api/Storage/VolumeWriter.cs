using System.Data.Common;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>Adds counts inside a transaction, with each statement prepared once.</summary>
internal sealed class VolumeWriter : IDisposable
{
    private readonly Dictionary<string, long> _organizations = new(StringComparer.Ordinal);
    private readonly Dictionary<(long, string), long> _projects = [];
    private readonly Dictionary<(long, string), long> _transactions = [];
    private readonly Statement _organization;
    private readonly Statement _project;
    private readonly Statement _transaction;
    private readonly Statement _volume;

    public VolumeWriter(DbConnection connection, DbTransaction transaction)
    {
        // Setting the name to itself makes RETURNING answer for a known row too.
        _organization = new(connection, transaction, "INSERT INTO organizations (name) VALUES (@0) ON CONFLICT (name) DO UPDATE SET name = name RETURNING id", 1);
        _project = new(
            connection, transaction,
            "INSERT INTO projects (organization_id, name) VALUES (@0, @1) ON CONFLICT (organization_id, name) DO UPDATE SET name = name RETURNING id", 2);
        _transaction = new(
            connection, transaction,
            "INSERT INTO transactions (project_id, name) VALUES (@0, @1) ON CONFLICT (project_id, name) DO UPDATE SET name = name RETURNING id", 2);
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

        public long GetId(params ReadOnlySpan<object> values)
        {
            Set(values);
            return (long)_command.ExecuteScalar()!;
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
