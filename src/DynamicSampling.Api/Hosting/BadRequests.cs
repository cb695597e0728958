using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using DynamicSampling.Tasks.Sampling;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace DynamicSampling.Api.Hosting;

/// <summary>Answers requests that could not be understood with what was wrong, where, and what to do.</summary>
internal sealed partial class BadRequests(IProblemDetailsService problems) : IExceptionHandler
{
    public ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not BadHttpRequestException bad)
            return ValueTask.FromResult(false);
        httpContext.Response.StatusCode = bad.StatusCode;
        return problems.TryWriteAsync(new()
        {
            HttpContext = httpContext,
            Exception = exception,
            ProblemDetails = new ProblemDetails { Status = bad.StatusCode, Detail = Detail(bad) },
        });
    }

    private static string? Detail(BadHttpRequestException bad) => bad switch
    {
        { InnerException: JsonException json } => Describe(json),
        // The framework's own sentences are for developers; StatusProblems has one for each of these.
        { StatusCode: StatusCodes.Status413PayloadTooLarge or StatusCodes.Status415UnsupportedMediaType } => null,
        _ when BindFailure().Match(bad.Message) is { Success: true } match =>
            $"{match.Groups["name"].Value} is not right: '{match.Groups["value"].Value}' is not of the kind that is expected.",
        _ when bad.Message.StartsWith("Implicit body", StringComparison.Ordinal) => "The body is missing; send a JSON object.",
        { InnerException: { } inner } => $"{bad.Message} {inner.Message}",
        _ => bad.Message,
    };

    private static string Describe(JsonException exception)
    {
        const string UnknownMember = "The JSON property '";
        var message = exception.Message;
        // The serializer appends the position, which is said here in other words, and names types of ours.
        var positions = message.IndexOf(" Path: ", StringComparison.Ordinal);
        if (positions >= 0)
            message = message[..positions];
        if (message.StartsWith(UnknownMember, StringComparison.Ordinal))
            message = $"'{message[UnknownMember.Length..message.IndexOf('\'', UnknownMember.Length)]}' is not a known member.";
        else if (message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal))
            message = ExpectedNames(message, exception.Path) is { } names ? $"the value must be one of {names}." : "the value has the wrong type or is out of range.";
        return exception.LineNumber is { } line
            ? $"The body is not right at {exception.Path ?? "$"} (line {line + 1}): {message}"
            : $"The body is not right: {message}";
    }

    /// <summary>The names an enumeration takes, if the message is about one.</summary>
    private static string? ExpectedNames(string message, string? path)
    {
        var name = message.TrimEnd('.').Split(' ')[^1];
        var type = typeof(SamplingMode).Assembly.GetType(name) ?? typeof(BadRequests).Assembly.GetType(name);
        // What a constructor takes is blamed on the type that it constructs.
        if (type is { IsEnum: false } && path is not null)
            type = type.GetProperty(path[(path.LastIndexOf('.') + 1)..], BindingFlags.Instance | BindingFlags.Public | BindingFlags.IgnoreCase)?.PropertyType;
        return type is { IsEnum: true }
            ? string.Join(", ", Enum.GetNames(type).Select(name => type.GetField(name)!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? name))
            : null;
    }

    [GeneratedRegex("^Failed to bind parameter \"\\S+ (?<name>\\S+)\" from \"(?<value>.*)\"\\.$", RegexOptions.ExplicitCapture | RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BindFailure();
}
