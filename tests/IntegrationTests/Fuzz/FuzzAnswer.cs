using System.Globalization;
using System.Text;
using System.Text.Json;
using DynamicSampling.Api.Ingest.Otlp;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace DynamicSampling.IntegrationTests.Fuzz;

/// <summary>An answer, read to its end.</summary>
internal sealed record FuzzAnswer(int Status, string? ContentType, IHeaderDictionary Headers, byte[] Body)
{
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>The body, if it says that it is JSON.</summary>
    /// <exception cref="JsonException">It is not.</exception>
    public JsonElement? Json => ContentType?.Contains("json", StringComparison.Ordinal) == true && Body.Length > 0 ? JsonSerializer.Deserialize<JsonElement>(Body) : null;

    /// <summary>What is wrong with it as an answer to a request; null when nothing is.</summary>
    public string? FindFault(Operation operation, FuzzRequest request)
    {
        if (Headers.FirstOrDefault(header => header.Value.Any(value => value?.Any(char.IsControl) == true)).Key is { } split)
            return $"the header {split} has control characters";
        if (Status is not (>= 200 and < 500))
            return "it is neither a success nor the client's fault";
        if (Status < 400)
            return FindFaultOfSuccess();
        // The body of an answer to HEAD stays with the server.
        if (string.Equals(request.Method, "HEAD", StringComparison.OrdinalIgnoreCase) && Body.Length == 0)
            return null;
        // To a browser that is beside every path of the API.
        if (ContentType?.StartsWith("text/html", StringComparison.Ordinal) == true && request.Headers.Any(header => header is ("Accept", var accepted) && accepted.Contains("text/html", StringComparison.Ordinal)))
            return Encoding.UTF8.GetString(Body).Contains("<h1>", StringComparison.Ordinal) ? null : "the page says nothing";
        try
        {
            if (ContentType == "application/problem+json")
                return FindFaultOfProblem(Json!.Value);
            return operation.SpeaksOtlp ? FindFaultOfStatus() : "it is not problem details";
        }
        catch (JsonException exception)
        {
            return $"its JSON is none: {exception.Message}";
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Status} {ContentType}\n{Encoding.UTF8.GetString(Body)}");

    private string? FindFaultOfSuccess()
    {
        if (Status is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified)
            return Body.Length == 0 ? null : "it has a body";
        if (Status >= 300)
            return "it sends the client elsewhere";
        try
        {
            _ = Json;
            return null;
        }
        catch (JsonException exception)
        {
            return $"its JSON is none: {exception.Message}";
        }
    }

    private string? FindFaultOfProblem(JsonElement problem) =>
        problem.GetProperty("status").GetInt32() != Status ? "its problem details have another status"
        : !problem.TryGetProperty("detail", out var detail) || string.IsNullOrWhiteSpace(detail.GetString()) ? "it does not say what was wrong"
        : detail.GetString()!.Contains("Exception", StringComparison.Ordinal) || detail.GetString()!.Contains("DynamicSampling.", StringComparison.Ordinal) ? "it tells of this program's inside"
        : null;

    private string? FindFaultOfStatus()
    {
        var message = ContentType switch
        {
            OtlpAnswers.Json => Json!.Value.GetProperty("message").GetString(),
            OtlpAnswers.Protobuf => MessageOf(Body),
            _ => null,
        };
        return string.IsNullOrWhiteSpace(message) ? "it is no google.rpc.Status that says what was wrong" : null;
    }

    // google.rpc.Status { code = 1, message = 2 }
    private static string? MessageOf(byte[] status)
    {
        using var input = new CodedInputStream(status);
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == 2)
                return input.ReadString();
            input.SkipLastField();
        }

        return null;
    }
}
