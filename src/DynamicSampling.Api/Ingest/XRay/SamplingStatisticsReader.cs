using System.Text.Json;
using System.Text.Json.Serialization;
using DynamicSampling.Api.Serving.XRay;

namespace DynamicSampling.Api.Ingest.XRay;

/// <summary>Reads what samplers of X-Ray have counted. All of it is right, or nothing is taken.</summary>
internal static class SamplingStatisticsReader
{
    /// <summary>Clients report each rule that they have. (X-Ray itself takes 25, and has no more by default.)</summary>
    private const int MaxDocuments = XRayRuleMaker.MaxRules;

    private const int LongestText = 128;
    private const double LatestTimestamp = 1e14;

    private const string Subject = "The body";

    // Clients may say more than is needed.
    private static readonly JsonSerializerOptions Json = new()
    {
        MaxDepth = ApiBuilder.MaxJsonDepth,
        NumberHandling = JsonNumberHandling.Strict,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Reads a body.</summary>
    /// <exception cref="BadHttpRequestException">It is not right; the message says where and why.</exception>
    public static async Task<IReadOnlyList<SamplingStatisticsDocument>> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentType is { Length: > 0 } && !request.HasJsonContentType())
            throw new BadHttpRequestException("Another media type.", StatusCodes.Status415UnsupportedMediaType);
        SamplingStatistics? statistics;
        try
        {
            statistics = await JsonSerializer.DeserializeAsync<SamplingStatistics>(request.Body, Json, cancellationToken);
        }
        catch (JsonException exception)
        {
            // The answer says where, and what.
            throw new BadHttpRequestException("The body is not right.", exception);
        }

        // The client of Java leaves an empty list out.
        var documents = statistics?.Documents ?? [];
        if (documents.Count > MaxDocuments)
            throw Wrong($"has {documents.Count} SamplingStatisticsDocuments; send at most {MaxDocuments}");
        for (var i = 0; i < documents.Count; i++)
        {
            if (Check(documents[i]) is { } problem)
                throw Wrong($"is not right at $.SamplingStatisticsDocuments[{i}]: {problem}");
        }

        return documents;
    }

    private static string? Check(SamplingStatisticsDocument? document) => document switch
    {
        null => "it must not be null",
        { RuleName.Length: < 1 or > LongestText } => $"RuleName must have 1 to {LongestText} characters",
        { ClientID.Length: < 1 or > LongestText } => $"ClientID must have 1 to {LongestText} characters",
        { Timestamp: not (>= 0 and <= LatestTimestamp) } => "Timestamp must be in seconds since 1970",
        _ when !IsCount(document.RequestCount) => $"RequestCount must be from 0 to {VolumeItemParser.MaxCount:0}",
        _ when !IsCount(document.SampledCount) || !IsCount(document.SampleCount) => $"SampledCount must be from 0 to {VolumeItemParser.MaxCount:0}",
        _ when !IsCount(document.BorrowCount) => $"BorrowCount must be from 0 to {VolumeItemParser.MaxCount:0}",
        _ => null,
    };

    private static bool IsCount(long count) => count is >= 0 and <= (long)VolumeItemParser.MaxCount;

    private static BadHttpRequestException Wrong(string problem) => new($"{Subject} {problem}. Nothing was counted.");
}
