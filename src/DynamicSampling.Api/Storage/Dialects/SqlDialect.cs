using System.Data.Common;
using Npgsql;

namespace DynamicSampling.Api.Storage.Dialects;

/// <summary>What differs between the databases. All other SQL is the same for both.</summary>
internal abstract class SqlDialect
{
    /// <summary>Stands in a statement for the rows that <see cref="ExecuteAsync"/> and <see cref="QueryAsync"/> are given.</summary>
    public const string Rows = "{rows}";

    /// <summary>The name in <c>Storage:Provider</c>, and of the folder of schema scripts.</summary>
    public abstract string Name { get; }

    /// <summary>Whether other processes use the same database.</summary>
    public abstract bool IsShared { get; }

    /// <summary>Ends a SELECT whose rows nobody else may change before this transaction ends.</summary>
    public abstract string ForUpdate { get; }

    /// <summary>Ends a SELECT whose rows nobody may change before this transaction ends; several may hold it so.</summary>
    public abstract string ForShare { get; }

    /// <summary>The number of rows of volumes and mixed_volumes, or nearly.</summary>
    public abstract string CountVolumes { get; }

    /// <summary>Whether there is a @table: a number.</summary>
    public abstract string CountTable { get; }

    /// <summary>The dialect of a source; what is not PostgreSQL is the embedded database, also behind a wrapper.</summary>
    public static SqlDialect Of(DbDataSource source) => source is NpgsqlDataSource postgres ? new PostgresDialect(postgres) : new SqliteDialect();

    /// <summary>A condition that a column is one of the values of a parameter, an array.</summary>
    public abstract string IsOneOf(string column, string parameter);

    /// <summary>Begins a transaction.</summary>
    public abstract DbTransaction Begin(DbConnection connection, TransactionKind kind);

    /// <summary>Lets a cancellation reach the statement that runs on a connection, until it is disposed.</summary>
    public abstract IAsyncDisposable InterruptWhenCancelled(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>Keeps names from being deleted while volumes are written that refer to them, until the transaction ends.</summary>
    public abstract Task KeepNamesAsync(DbConnection connection, DbTransaction transaction);

    /// <summary>
    /// Waits until nobody writes volumes, and lets nobody begin until the transaction ends: before names are deleted that seem to have none. It
    /// must be the first statement of the transaction.
    /// </summary>
    public abstract Task LockNamesAsync(DbConnection connection, DbTransaction transaction);

    /// <summary>Lets nobody else write volumes of projects until the transaction ends.</summary>
    public abstract Task LockProjectsAsync(DbConnection connection, DbTransaction transaction, long[] projects);

    /// <summary>Waits until nobody else does the same, and lets nobody begin until the transaction ends.</summary>
    public abstract Task LockAsync(DbConnection connection, DbTransaction transaction, SharedLock what);

    /// <summary>Remembers in the same transaction that an organization's rates or settings are others, for the other processes.</summary>
    public abstract Task NoteChangeAsync(DbConnection connection, DbTransaction transaction, string organization);

    /// <summary>Whether a transaction has lost against another one, and would succeed if it were tried again.</summary>
    public abstract bool IsConflict(DbException exception);

    /// <summary>Why the database cannot be used now, and what to do; null when it is the statement that is wrong.</summary>
    public abstract string? Explain(DbException exception);

    /// <summary>Executes a statement for rows of values.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="transaction">Its transaction.</param>
    /// <param name="sql">The statement, with <see cref="Rows"/> where its rows belong.</param>
    /// <param name="columns">The rows by column, each an array of long, double or string, all of one length.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public abstract Task ExecuteAsync(
        DbConnection connection, DbTransaction transaction, string sql, IReadOnlyList<Array> columns, CancellationToken cancellationToken);

    /// <summary>Executes a query for rows of values. Its answers are in no order: they must say which row they are about.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="transaction">Its transaction.</param>
    /// <param name="sql">The query, with <see cref="Rows"/> where its rows belong.</param>
    /// <param name="columns">The rows by column, each an array of long or string, all of one length.</param>
    /// <param name="read">Takes an answer.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public abstract Task QueryAsync(
        DbConnection connection, DbTransaction transaction, string sql, IReadOnlyList<Array> columns, Action<DbDataReader> read,
        CancellationToken cancellationToken);

    /// <summary>Finds transactions by name. There are as many as there are volumes in a flush, so this is as fast as each database can do it.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="transaction">Its transaction.</param>
    /// <param name="projects">The project's id of each; those of a project stand together.</param>
    /// <param name="names">The name of each.</param>
    /// <param name="found">Is given the place of each that is known, and its id.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public abstract Task FindTransactionsAsync(
        DbConnection connection, DbTransaction transaction, long[] projects, string[] names, Action<int, long> found, CancellationToken cancellationToken);
}

/// <summary>What a transaction is for.</summary>
internal enum TransactionKind
{
    /// <summary>Reading one state of the data.</summary>
    Snapshot,

    /// <summary>Writing. What it has read may be changed by others before it ends, unless it locks it.</summary>
    Write,

    /// <summary>Writing what depends on what it has read: as if nobody else were there.</summary>
    Serializable,
}

/// <summary>What only one process does at a time.</summary>
internal enum SharedLock
{
    /// <summary>Bringing the schema up to date.</summary>
    Migration = 1,

    /// <summary>Deleting what has expired.</summary>
    Retention = 2,

    /// <summary>Making and dropping partitions.</summary>
    Partitions = 3,

    /// <summary>Putting in what the scheduler is to run.</summary>
    Schedule = 4,
}
