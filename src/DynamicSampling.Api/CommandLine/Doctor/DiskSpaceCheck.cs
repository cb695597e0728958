namespace DynamicSampling.Api.CommandLine.Doctor;

/// <summary>Whether the disk of the database file has room to grow, and for the copy that is made before the schema changes.</summary>
internal sealed class DiskSpaceCheck(SqliteProbe storage) : IDoctorCheck
{
    private const long MiB = 1024 * 1024;

    /// <summary>Less than this is gone while somebody looks for more.</summary>
    private const long TooLittle = 64 * MiB;

    /// <summary>An ordinary day's volumes.</summary>
    private const long Little = 1024 * MiB;

    public string Name => "disk";

    public Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Finding>>(!storage.IsInMemory && Folders.FindExisting(storage.Path) is { } folder ? [Look(folder)] : []);

    private Finding Look(string folder)
    {
        long free;
        try
        {
            free = new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Finding.Warning($"The system does not say how much is free in {folder}: {exception.Message}");
        }

        var size = File.Exists(storage.Path) ? new FileInfo(storage.Path).Length : 0;
        var text = $"{free / MiB} MiB are free where the database is, which has {size / MiB} MiB.";
        if (free < TooLittle)
            return Finding.Problem($"{text} Make room: what comes in cannot be stored when the disk is full.");
        return free < Math.Max(Little, size)
            ? Finding.Warning($"{text} Make room, for what comes in and for the copy that an upgrade makes; or lower Storage:MaxVolumeRows.")
            : Finding.Ok(text);
    }
}
