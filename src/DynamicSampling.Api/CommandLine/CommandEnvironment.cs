using DynamicSampling.Api.Hosting;

namespace DynamicSampling.Api.CommandLine;

/// <summary>What a command reads and writes besides the database.</summary>
/// <param name="Input">The standard input.</param>
/// <param name="Output">Where results go.</param>
/// <param name="Error">Where it says what is wrong.</param>
/// <param name="Clock">The clock.</param>
/// <param name="Ports">Where the service listens when no address is configured.</param>
internal sealed record CommandEnvironment(TextReader Input, TextWriter Output, TextWriter Error, TimeProvider Clock, DefaultPorts Ports)
{
    /// <summary>That of the process.</summary>
    // Console.In holds its caller up until there is something to read, and with it an interruption.
    public static CommandEnvironment OfProcess() => new(new StreamReader(Console.OpenStandardInput()), Console.Out, Console.Error, TimeProvider.System, DefaultPorts.Standard);
}
