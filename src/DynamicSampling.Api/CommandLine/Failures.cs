using System.Data.Common;
using DynamicSampling.Api.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Npgsql;
using SQLitePCL;

namespace DynamicSampling.Api.CommandLine;

/// <summary>Tells what an operator can mend from what is an error of ours, whose stack trace is wanted.</summary>
internal static class Failures
{
    /// <summary>A sentence that says what is wrong; null when it is an error of ours.</summary>
    public static string? Describe(Exception exception) => exception switch
    {
        StartupException or OptionsValidationException => exception.Message,
        IOException { InnerException: AddressInUseException } => exception.Message,
        // A file of settings that cannot be read.
        InvalidDataException => $"{exception.Message} {exception.InnerException?.Message}".TrimEnd(),
        SqliteException { SqliteErrorCode: raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB } =>
            "The database file is damaged, or is no SQLite database. Stop the service, keep the file aside, and restore a backup.",
        SqliteException { SqliteErrorCode: raw.SQLITE_CANTOPEN } =>
            "The database file cannot be opened. Look at the path in ConnectionStrings:DynamicSampling, and at the rights of the file and its folder.",
        SqliteException { SqliteErrorCode: raw.SQLITE_READONLY } =>
            "The database file cannot be written. Give the service's user the right to write the file and its folder.",
        PostgresException refused => $"The PostgreSQL server refuses: {refused.MessageText.TrimEnd('.')}. Look at ConnectionStrings:DynamicSampling.",
        NpgsqlException =>
            $"The PostgreSQL server cannot be reached: {(exception.InnerException ?? exception).Message.TrimEnd('.')}. Look whether it runs, and at ConnectionStrings:DynamicSampling.",
        DbException => $"The database cannot be used: {exception.Message}",
        IOException or UnauthorizedAccessException => exception.Message,
        // One that explains an error of the database.
        { InnerException: DbException } => exception.Message,
        _ => null,
    };
}
