using System.Runtime.InteropServices;

namespace DynamicSampling.Api.CommandLine.Doctor;

/// <summary>What can be said of files and folders without touching them.</summary>
internal static class Folders
{
    private const int WriteAccess = 2;

    /// <summary>The folder that a file is in or will be made in: the nearest one above it that is there.</summary>
    /// <returns>Null when no folder can be made on the way, since something else has its name.</returns>
    public static string? FindExisting(string file)
    {
        var folder = Path.GetDirectoryName(file);
        while (folder is not null && !Directory.Exists(folder))
        {
            if (File.Exists(folder))
                return null;
            folder = Path.GetDirectoryName(folder);
        }

        return folder;
    }

    /// <summary>Whether this user may write a file, or make files in a folder.</summary>
    /// <remarks>Elsewhere than on Unix this cannot be known without doing it: then the first write tells.</remarks>
    public static bool IsWritable(string path) => OperatingSystem.IsWindows() || Access(path, WriteAccess) == 0;

    // The only way to learn it that heeds groups, access lists and read-only mounts, and leaves no trace.
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [DllImport("libc", EntryPoint = "access")]
    private static extern int Access([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int mode);
}
