using System.CommandLine;

namespace DynamicSampling.Api.CommandLine;

/// <summary>
/// Tells settings, which are for ASP.NET Core's configuration, from commands and their options. It goes by the rules of that configuration:
/// <c>--key value</c>, <c>--key=value</c>, <c>/key value</c>, <c>/key=value</c> and <c>key=value</c>. They may come before and after a command.
/// </summary>
internal static class SettingsArguments
{
    /// <returns>The settings as they are, and everything else.</returns>
    public static (string[] Settings, string[] Others) Split(IReadOnlyList<string> arguments, Command root)
    {
        var options = Commands(root).SelectMany(command => command.Options)
            .SelectMany(option => option.Aliases.Append(option.Name))
            .ToHashSet(StringComparer.Ordinal);
        var settings = new List<string>();
        var others = new List<string>();
        var command = root;
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            var isOption = IsOption(argument, options, command);
            if (!isOption && HasValue(argument))
            {
                settings.Add(argument);
            }
            else if (!isOption && IsKey(argument, command) && i + 1 < arguments.Count)
            {
                settings.Add(argument);
                settings.Add(arguments[++i]);
            }
            else
            {
                others.Add(argument);
                command = command.Subcommands.FirstOrDefault(known => string.Equals(known.Name, argument, StringComparison.Ordinal)) ?? command;
            }
        }

        return ([.. settings], [.. others]);
    }

    private static IEnumerable<Command> Commands(Command root) => root.Subcommands.SelectMany(Commands).Prepend(root);

    /// <summary>Whether it is an option, with a value or without; also what was probably meant as one: taken for a setting, it would have no effect, and nobody would hear of it.</summary>
    private static bool IsOption(string argument, HashSet<string> options, Command command)
    {
        var end = argument.IndexOfAny(['=', ':']);
        var name = end < 0 ? argument : argument[..end];
        if (options.Contains(name))
            return true;
        // A setting with a section is none.
        return name.StartsWith("--", StringComparison.Ordinal) && (end < 0 || argument[end] != ':')
            && Similar.Find(name, command.Options.Where(option => option is not (System.CommandLine.Help.HelpOption or VersionOption)).Select(option => option.Name), 0) is not null;
    }

    private static bool HasValue(string argument)
    {
        var end = argument.IndexOf('=', StringComparison.Ordinal);
        if (end < 0)
            return false;
        if (argument.StartsWith("--", StringComparison.Ordinal))
            return true;
        // The service has no short switches. And what has a slash inside is a path.
        return !argument.StartsWith('-') && !argument.AsSpan(1, Math.Max(end - 1, 0)).ContainsAny('/', '\\');
    }

    // Where a file is expected, a slash begins its path.
    private static bool IsKey(string argument, Command command) =>
        (argument.StartsWith("--", StringComparison.Ordinal) && argument.Length > 2)
        || (argument.StartsWith('/') && command.Arguments.Count == 0);
}
