namespace DynamicSampling.Api.CommandLine.Doctor;

/// <summary>Whether the database file is there or can be made, can be read, and can be written.</summary>
internal sealed class SqliteFileCheck(SqliteProbe storage) : IDoctorCheck
{
    private const string GiveRights = "Give the user that the service runs as the right to write there, or name another place in ConnectionStrings:DynamicSampling.";

    public string Name => "storage";

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        if (storage.IsInMemory)
            return [Finding.Warning("The database is in memory: everything is gone when the service ends. Name a file in ConnectionStrings:DynamicSampling.")];
        if (Directory.Exists(storage.Path))
            return [Finding.Problem($"{storage.Path} is a folder. Name a file in ConnectionStrings:DynamicSampling.")];
        if (FindUnwritable() is { } unwritable)
            return [Finding.Problem($"{unwritable} {GiveRights}")];
        if (!File.Exists(storage.Path))
            return [Finding.Ok($"{storage.Path} is not there yet. The service makes it when it starts.")];
        try
        {
            await storage.ReadAsync(storage.FindSchemaVersionAsync, cancellationToken);
            return [Finding.Ok($"{storage.Path} can be read and written.")];
        }
        catch (Exception exception) when (Failures.Describe(exception) is { } sentence)
        {
            return [Finding.Problem($"{storage.Path}: {sentence}")];
        }
    }

    private string? FindUnwritable()
    {
        // SQLite keeps its log beside the file, so the folder must be writable also when the file is.
        var folder = Folders.FindExisting(storage.Path);
        if (folder is null)
            return $"{storage.Path} cannot be made: one of its folders is a file.";
        if (!Folders.IsWritable(folder))
            return $"The folder {folder} cannot be written.";
        return File.Exists(storage.Path) && !Folders.IsWritable(storage.Path) ? $"The database {storage.Path} cannot be written." : null;
    }
}
