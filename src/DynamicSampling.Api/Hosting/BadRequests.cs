using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using DynamicSampling.Api.Storage;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;

namespace DynamicSampling.Api.Hosting;

/// <summary>Answers requests that could not be understood with what was wrong, where, and what to do.</summary>
internal sealed partial class BadRequests(IProblemDetailsService problems) : IExceptionHandler
{
    public ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var (status, detail) = exception switch
        {
            BadHttpRequestException bad => (bad.StatusCode, Detail(bad)),
            NoRoomException => (StatusCodes.Status400BadRequest, exception.Message),
            _ => default,
        };
        if (status == 0)
            return ValueTask.FromResult(false);
        httpContext.Response.StatusCode = status;
        return problems.TryWriteAsync(new()
        {
            HttpContext = httpContext,
            Exception = exception,
            ProblemDetails = new ProblemDetails { Status = status, Detail = detail },
        });
    }

    /// <summary>What is wrong with a request that the framework answers with 400 alone: a parameter that may be left out, but not be anything.</summary>
    // One that is given twice is read as both, with a comma between them.
    public static string? FindParameter(HttpContext http) => http.GetEndpoint()?.Metadata.GetOrderedMetadata<IParameterBindingMetadata>()
        .Select(parameter => (parameter.Name, Type: parameter.ParameterInfo.ParameterType, Value: http.Request.Query[parameter.Name].ToString()))
        .Where(parameter => parameter.Value.Length > 0 && !IsOfKind(Nullable.GetUnderlyingType(parameter.Type), parameter.Value))
        .Select(parameter => Describe(parameter.Name, parameter.Value))
        .FirstOrDefault();

    // As the generated code reads them.
    private static bool IsOfKind(Type? type, string value) =>
        type == typeof(int) ? int.TryParse(value, CultureInfo.InvariantCulture, out _)
        : type == typeof(long) ? long.TryParse(value, CultureInfo.InvariantCulture, out _)
        : type != typeof(bool) || bool.TryParse(value, out _);

    private static string Describe(string parameter, string value) => $"{parameter} is not right: '{value}' is not of the kind that is expected.";

    private static string? Detail(BadHttpRequestException bad) => bad switch
    {
        { InnerException: JsonException json } => JsonErrors.Describe(json, "The body"),
        // The framework's own sentences are for developers; StatusProblems has one for each of these.
        { StatusCode: StatusCodes.Status408RequestTimeout or StatusCodes.Status413PayloadTooLarge or StatusCodes.Status415UnsupportedMediaType } => null,
        _ when BindFailure().Match(bad.Message) is { Success: true } match => Describe(match.Groups["name"].Value, match.Groups["value"].Value),
        _ when bad.Message.StartsWith("Implicit body", StringComparison.Ordinal) => "The body is missing; send a JSON object.",
        { InnerException: { } inner } => $"{bad.Message} {inner.Message}",
        _ => bad.Message,
    };

    [GeneratedRegex("^Failed to bind parameter \"\\S+ (?<name>\\S+)\" from \"(?<value>.*)\"\\.$", RegexOptions.ExplicitCapture | RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BindFailure();
}
