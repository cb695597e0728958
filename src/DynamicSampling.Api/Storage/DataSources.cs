using System.Data.Common;
using DynamicSampling.Api.Hosting;
using DynamicSampling.Api.Storage.Dialects;
using Npgsql;

namespace DynamicSampling.Api.Storage;

/// <summary>Opens the database that the settings name.</summary>
internal static class DataSources
{
    /// <summary>Connections of a node at the most, where the settings do not say: three nodes fit into what a server takes by default.</summary>
    public const int DefaultConnections = 32;

    private const string DefaultFile = "Data Source=data/dynamic-sampling.db";

    /// <exception cref="StartupException">The settings name no database.</exception>
    public static DbDataSource Create(IConfiguration configuration, string contentRoot) =>
        Create<DbDataSource>(configuration, connectionString => new SqliteDataSource(connectionString, contentRoot), CreatePostgres);

    /// <summary>Makes something of the connection string, as the provider wants it.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="sqlite">Makes it of a SQLite connection string; an <see cref="ArgumentException"/> means that it is none.</param>
    /// <param name="postgres">The same of a PostgreSQL connection string.</param>
    /// <exception cref="StartupException">The settings name no database.</exception>
    public static T Create<T>(IConfiguration configuration, Func<string, T> sqlite, Func<string, T> postgres)
    {
        var connectionString = configuration.GetConnectionString("DynamicSampling");
        var provider = configuration[$"{StorageOptions.Section}:{nameof(StorageOptions.Provider)}"] ?? SqliteDialect.ProviderName;
        return provider switch
        {
            SqliteDialect.ProviderName => Checked(provider, connectionString ?? DefaultFile, sqlite),
            PostgresDialect.ProviderName when string.IsNullOrWhiteSpace(connectionString) => throw new StartupException(
                "Storage:Provider is postgres, but ConnectionStrings:DynamicSampling does not say where the database is: set it, for instance to "
                + "'Host=localhost;Username=dynamic_sampling;Password=…;Database=dynamic_sampling' (environment: ConnectionStrings__DynamicSampling)."),
            PostgresDialect.ProviderName => Checked(provider, connectionString, postgres),
            _ => throw new StartupException($"Storage:Provider must be sqlite or postgres, but is '{provider}'."),
        };
    }

    /// <summary>What the settings do not say is set so that the service does well with it.</summary>
    internal static NpgsqlDataSource CreatePostgres(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        // The session keeps nothing but prepared statements and the tables that rows are copied into, which serve whoever has it next.
        settings.NoResetOnClose = true;
        SetDefault(settings, "Application Name", "dynamic-sampling");
        SetDefault(settings, "Max Auto Prepare", 100);
        // A server that is gone without a word is noticed.
        SetDefault(settings, "Tcp Keepalive", value: true);
        SetDefault(settings, "Tcp Keepalive Time", 10);
        SetDefault(settings, "Tcp Keepalive Interval", 5);
        SetDefault(settings, "Timeout", 5);
        SetDefault(settings, "Maximum Pool Size", DefaultConnections);
        // A process that is held up in the middle of a transaction, or dies in it, must not keep what it has locked from the others.
        SetDefault(settings, "Options", "-c idle_in_transaction_session_timeout=5s -c client_connection_check_interval=2s");
        // Trying Kerberos first, where there is none, costs each connection an exception, and memory that does not come back.
        SetDefault(settings, "GSS Encryption Mode", "Disable");
        return NpgsqlDataSource.Create(settings);
    }

    private static void SetDefault(NpgsqlConnectionStringBuilder settings, string keyword, object value)
    {
        // ContainsKey says of every keyword there is that it is there.
        if (!settings.Keys!.Cast<string>().Contains(keyword, StringComparer.OrdinalIgnoreCase))
            settings[keyword] = value;
    }

    private static T Checked<T>(string provider, string connectionString, Func<string, T> create)
    {
        try
        {
            return create(connectionString);
        }
        catch (ArgumentException)
        {
            // Neither the value nor what is wrong with it is shown: the rest of a password with a semicolon in it would be an unknown keyword.
            throw new StartupException(
                $"ConnectionStrings:DynamicSampling is no connection string for Storage:Provider={provider}. "
                + "For sqlite it is for instance 'Data Source=data/dynamic-sampling.db', for postgres 'Host=localhost;Username=…;Password=…;Database=…'; "
                + "a value with a semicolon in it is put in quotes.");
        }
    }
}
