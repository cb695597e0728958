using DynamicSampling.Api.Storage;

namespace DynamicSampling.Api.CommandLine.Doctor;

/// <summary>Whether the database's schema is this program's.</summary>
internal sealed class SchemaCheck(StorageProbe storage) : IDoctorCheck
{
    public string Name => "schema";

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            return [Judge(await storage.ReadAsync(storage.FindSchemaVersionAsync, cancellationToken), Migrations.Latest(storage.Dialect))];
        }
        catch (Exception exception) when (Failures.Describe(exception) is not null)
        {
            return [Finding.Warning("Not checked, since the database cannot be read.")];
        }
    }

    private static Finding Judge(long version, long latest)
    {
        if (version == 0)
            return Finding.Ok($"There is none yet. The service, or migrate, makes that of version {latest}.");
        if (version < latest)
        {
            return Finding.Warning(
                $"The schema has version {version}. The service brings it to {latest} when it starts, and migrate does it now; programs before this one cannot use it then. Have a backup.");
        }

        return version == latest
            ? Finding.Ok($"The schema has version {version}, as this program needs it.")
            : Finding.Problem($"The schema has version {version}, but this program knows only up to {latest}. Run the newer version of DynamicSampling that made it, or restore a backup.");
    }
}
