using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Hosting;

/// <summary>Says what is wrong with JSON, and where, without names of types of ours.</summary>
internal static class JsonErrors
{
    /// <param name="exception">What the serializer has to say.</param>
    /// <param name="subject">What was read, for the beginning of the sentence.</param>
    public static string Describe(JsonException exception, string subject)
    {
        const string UnknownMember = "The JSON property '";
        const string DoubledMember = "Duplicate property '";
        const string MissingMembers = "was missing required properties including: ";
        var message = exception.Message;
        // The serializer appends the position, which is said here in other words, and names types of ours.
        var positions = message.IndexOf(" Path: ", StringComparison.Ordinal);
        if (positions >= 0)
            message = message[..positions];
        if (message.StartsWith(UnknownMember, StringComparison.Ordinal))
            message = $"'{message[UnknownMember.Length..message.IndexOf('\'', UnknownMember.Length)]}' is not a known member.";
        else if (message.StartsWith(DoubledMember, StringComparison.Ordinal))
            message = $"'{message[DoubledMember.Length..message.LastIndexOf("' encountered", StringComparison.Ordinal)]}' is given twice.";
        else if (message.IndexOf(MissingMembers, StringComparison.Ordinal) is >= 0 and var missing)
            message = $"it lacks {message[(missing + MissingMembers.Length)..]}";
        else if (message.Contains("doesn't allow", StringComparison.Ordinal) && message.Contains("null values", StringComparison.Ordinal))
            message = "it must not be null.";
        else if (message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal))
            message = ExpectedNames(message, exception.Path) is { } names ? $"the value must be one of {names}." : "the value has the wrong type or is out of range.";
        return exception.LineNumber is { } line
            ? $"{subject} is not right at {exception.Path ?? "$"} (line {line + 1}): {message}"
            : $"{subject} is not right: {message}";
    }

    /// <summary>The names an enumeration takes, if the message is about one.</summary>
    private static string? ExpectedNames(string message, string? path)
    {
        var name = message.TrimEnd('.').Split(' ')[^1];
        var type = typeof(SamplingMode).Assembly.GetType(name) ?? typeof(JsonErrors).Assembly.GetType(name);
        // What a constructor takes is blamed on the type that it constructs.
        if (type is { IsEnum: false } && path is not null)
            type = type.GetProperty(path[(path.LastIndexOf('.') + 1)..], BindingFlags.Instance | BindingFlags.Public | BindingFlags.IgnoreCase)?.PropertyType;
        return type is { IsEnum: true }
            ? string.Join(", ", Enum.GetNames(type).Select(name => type.GetField(name)!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? name))
            : null;
    }
}
