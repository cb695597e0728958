using System.Data.Common;
using DynamicSampling.Api.Hosting;
using DynamicSampling.Api.Storage.Dialects;
using Npgsql;

namespace DynamicSampling.Api.Storage;

/// <summary>Opens the database that the settings name.</summary>
internal static class DataSources
{
    private const string DefaultFile = "Data Source=data/dynamic-sampling.db";

    /// <exception cref="StartupException">The settings name no database.</exception>
    public static DbDataSource Create(IConfiguration configuration, string contentRoot)
    {
        var connectionString = configuration.GetConnectionString("DynamicSampling");
        var provider = configuration[$"{StorageOptions.Section}:{nameof(StorageOptions.Provider)}"] ?? SqliteDialect.ProviderName;
        return provider switch
        {
            SqliteDialect.ProviderName => Checked(SqliteDialect.ProviderName, () => new SqliteDataSource(connectionString ?? DefaultFile, contentRoot)),
            PostgresDialect.ProviderName when string.IsNullOrWhiteSpace(connectionString) => throw new StartupException(
                "Storage:Provider is postgres, but ConnectionStrings:DynamicSampling does not say where the database is: set it, for instance to "
                + "'Host=localhost;Username=dynamic_sampling;Password=…;Database=dynamic_sampling' (environment: ConnectionStrings__DynamicSampling)."),
            PostgresDialect.ProviderName => Checked(PostgresDialect.ProviderName, () => CreatePostgres(connectionString)),
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
        // Trying Kerberos first, where there is none, costs each connection an exception, and memory that does not come back.
        SetDefault(settings, "GSS Encryption Mode", "Disable");
        return NpgsqlDataSource.Create(settings);
    }

    private static void SetDefault(NpgsqlConnectionStringBuilder settings, string keyword, object value)
    {
        if (!settings.ContainsKey(keyword))
            settings[keyword] = value;
    }

    private static T Checked<T>(string provider, Func<T> create)
    {
        try
        {
            return create();
        }
        catch (ArgumentException exception)
        {
            // The value may hold a password, so it is not shown.
            throw new StartupException(
                $"ConnectionStrings:DynamicSampling is no connection string for Storage:Provider={provider}: {exception.Message} "
                + "For sqlite it is for instance 'Data Source=data/dynamic-sampling.db', for postgres 'Host=localhost;Username=…;Password=…;Database=…'.");
        }
    }
}
