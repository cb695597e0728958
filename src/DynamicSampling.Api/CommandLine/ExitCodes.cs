namespace DynamicSampling.Api.CommandLine;

/// <summary>How a process ends. They are documented in docs/commands.md.</summary>
internal static class ExitCodes
{
    /// <summary>It is done.</summary>
    public const int Done = 0;

    /// <summary>It could not be done, or the doctor has found a problem.</summary>
    public const int Failed = 1;

    /// <summary>The command line was not understood, and nothing was begun.</summary>
    public const int Misunderstood = 2;

    /// <summary>It was interrupted: 128 and the number of SIGINT, as shells count.</summary>
    public const int Interrupted = 130;
}
