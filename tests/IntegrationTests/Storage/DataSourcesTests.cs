using System.Data.Common;
using DynamicSampling.Api.Hosting;
using DynamicSampling.Api.Storage;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace DynamicSampling.IntegrationTests.Storage;

/// <summary>The database that the settings name.</summary>
public sealed class DataSourcesTests
{
    [Fact]
    public async Task Postgres_NothingButTheServer_HasWhatTheServiceNeeds()
    {
        await using var source = Create("Host=db;Username=u;Database=d");
        var settings = new NpgsqlConnectionStringBuilder(source.ConnectionString);

        Assert.Equal(("dynamic-sampling", 100, DataSources.DefaultConnections), (settings.ApplicationName, settings.MaxAutoPrepare, settings.MaxPoolSize));
        Assert.Equal((true, true, 5), (settings.NoResetOnClose, settings.TcpKeepAlive, settings.Timeout));
        Assert.Contains("idle_in_transaction_session_timeout=5s", settings.Options, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Postgres_WhatIsSaid_Stays()
    {
        await using var source = Create("Host=db;Username=u;Database=d;Application Name=mine;MaxPoolSize=7;Max Auto Prepare=0;Options=-c work_mem=8MB");
        var settings = new NpgsqlConnectionStringBuilder(source.ConnectionString);

        Assert.Equal(("mine", 7, 0, "-c work_mem=8MB"), (settings.ApplicationName, settings.MaxPoolSize, settings.MaxAutoPrepare, settings.Options));
    }

    [Theory]
    [InlineData("postgres", null, "does not say where the database is")]
    [InlineData("postgres", "Host=db;Pasword=hunter2", "is no connection string for Storage:Provider=postgres")]
    [InlineData("sqlite", "Host=db;Password=hunter2", "is no connection string for Storage:Provider=sqlite")]
    [InlineData("oracle", "Host=db", "must be sqlite or postgres, but is 'oracle'")]
    public void Create_SettingsNameNone_SaysWhatToDoAndNoPassword(string provider, string? connectionString, string said)
    {
        var failure = Assert.Throws<StartupException>(() => Create(connectionString, provider));

        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", failure.ToString(), StringComparison.Ordinal);
    }

    private static DbDataSource Create(string? connectionString, string provider = "postgres") => DataSources.Create(
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Storage:Provider"] = provider,
            ["ConnectionStrings:DynamicSampling"] = connectionString,
        }).Build(),
        Path.GetTempPath());
}
