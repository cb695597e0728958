using DynamicSampling.Api.Hosting;
using DynamicSampling.Api.Storage;

namespace DynamicSampling.Api.CommandLine;

/// <summary>Keeps commands away from databases that this program does not know.</summary>
internal static class SchemaState
{
    /// <exception cref="StartupException">There is no database yet, or its schema is another than this program's.</exception>
    public static async Task ThrowUnlessCurrentAsync(WebApplication host, CancellationToken cancellationToken)
    {
        using var storage = StorageProbe.Create(host.Configuration, host.Environment.ContentRootPath);
        var version = await storage.ReadAsync(storage.FindSchemaVersionAsync, cancellationToken);
        var latest = Migrations.Latest(storage.Dialect);
        if (version == 0)
            throw new StartupException($"{storage.Name} has no data of this service yet. Look at ConnectionStrings:DynamicSampling; or start the service, or run migrate, to set it up.");
        if (version < latest)
            throw new StartupException($"{storage.Name} has schema version {version}, and this program needs {latest}. Run migrate first.");
        if (version > latest)
        {
            throw new StartupException(
                $"{storage.Name} has schema version {version}, but this program knows only up to {latest}. Use the newer version of DynamicSampling that made it.");
        }
    }
}
