using System.Text.Json.Serialization;

namespace DynamicSampling.Api.Ingest.XRay;

/// <summary>What samplers of X-Ray have counted since they last said so.</summary>
/// <param name="Documents">One for each rule that the client has, also where nothing was counted.</param>
internal sealed record SamplingStatistics(
    [property: JsonPropertyName("SamplingStatisticsDocuments")] IReadOnlyList<SamplingStatisticsDocument>? Documents = null);

/// <summary>What a client has counted of a rule.</summary>
/// <param name="RuleName">The rule, as `GetSamplingRules` named it.</param>
/// <param name="ClientID">Stands for the client as long as it runs: 1 to 128 characters.</param>
/// <param name="Timestamp">When it was counted, in seconds since the Unix epoch; the client of Java says milliseconds.</param>
/// <param name="RequestCount">Root traces that the rule decided: 0 or more.</param>
/// <param name="SampledCount">How many of them were kept.</param>
/// <param name="SampleCount">The same, as the client of Python calls it.</param>
/// <param name="BorrowCount">How many of those were kept before the client heard of a quota. There is none here, so it means nothing.</param>
internal sealed record SamplingStatisticsDocument(
    [property: JsonPropertyName("RuleName")] string RuleName,
    [property: JsonPropertyName("ClientID")] string ClientID,
    [property: JsonPropertyName("Timestamp")] double Timestamp,
    [property: JsonPropertyName("RequestCount")] long RequestCount = 0,
    [property: JsonPropertyName("SampledCount")] long SampledCount = 0,
    [property: JsonPropertyName("SampleCount")] long SampleCount = 0,
    [property: JsonPropertyName("BorrowCount")] long BorrowCount = 0)
{
    /// <summary>Seconds would come to this in the year 5138.</summary>
    private const double LeastMilliseconds = 1e11;

    /// <summary>When it was counted, in milliseconds since the Unix epoch.</summary>
    [JsonIgnore]
    public long At => (long)(Timestamp < LeastMilliseconds ? Timestamp * 1000 : Timestamp);

    /// <summary>
    /// How many were kept. Clients read and reset their two counters one after the other, so that a trace may be counted as kept already and as a
    /// request only the next time.
    /// </summary>
    [JsonIgnore]
    public long Kept => Math.Min(Math.Max(SampledCount, SampleCount), RequestCount);
}
