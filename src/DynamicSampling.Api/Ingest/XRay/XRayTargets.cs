using System.Text.Json.Serialization;
using DynamicSampling.Api.Serving.XRay;

namespace DynamicSampling.Api.Ingest.XRay;

/// <summary>What samplers of X-Ray are to do from now on.</summary>
/// <param name="Documents">A target for each rule that was reported.</param>
/// <param name="LastRuleModification">When the rules last changed, in seconds since the Unix epoch: who has older ones fetches them at once.</param>
/// <param name="Unprocessed">What was not counted.</param>
internal sealed record XRayTargets(
    [property: JsonPropertyName("SamplingTargetDocuments")] IReadOnlyList<XRayTarget> Documents,
    [property: JsonPropertyName("LastRuleModification")] long LastRuleModification,
    [property: JsonPropertyName("UnprocessedStatistics")] IReadOnlyList<UnprocessedStatistics> Unprocessed)
{
    /// <summary>Seconds from one report of a client to its next.</summary>
    public const int Interval = 10;

    /// <summary>Answers documents.</summary>
    public static XRayTargets Of(XRayRules rules, IReadOnlyList<SamplingStatisticsDocument> documents, DateTimeOffset now)
    {
        // Clients take a rule that comes twice for an error.
        var targets = new Dictionary<string, XRayTarget>(documents.Count, StringComparer.Ordinal);
        var unprocessed = new List<UnprocessedStatistics>();
        foreach (var document in documents)
        {
            if (rules.Find(document.RuleName) is not { } rule)
            {
                unprocessed.Add(UnprocessedStatistics.Of(document, "There is no rule of this name. Fetch the rules anew."));
                continue;
            }

            // The quota is 0, so that the rate alone decides.
            targets.TryAdd(rule.Name, new(rule.Name, rule.Rate, ReservoirQuota: 0, now.ToUnixTimeSeconds() + Interval, Interval));
            if (document.RequestCount > 0 && !XRayCounts.IsTimely(document, now))
            {
                unprocessed.Add(UnprocessedStatistics.Of(
                    document, "What was counted in the last 2 days is taken, and at most 5 minutes ahead of this server's clock; this was not. Set the clock of the client right."));
            }
        }

        return new([.. targets.Values], rules.LastModification, unprocessed);
    }
}

/// <summary>What a client is to do by a rule.</summary>
/// <param name="RuleName">The rule.</param>
/// <param name="FixedRate">The share of traces to keep, 0 to 1.</param>
/// <param name="ReservoirQuota">Traces a second to keep whatever the rate is; always 0.</param>
/// <param name="ReservoirQuotaTTL">Until when that holds, in seconds since the Unix epoch.</param>
/// <param name="Interval">Seconds until the client should report again.</param>
internal sealed record XRayTarget(
    [property: JsonPropertyName("RuleName")] string RuleName,
    [property: JsonPropertyName("FixedRate")] double FixedRate,
    [property: JsonPropertyName("ReservoirQuota")] int ReservoirQuota,
    [property: JsonPropertyName("ReservoirQuotaTTL")] long ReservoirQuotaTTL,
    [property: JsonPropertyName("Interval")] int Interval);

/// <summary>What was not counted.</summary>
/// <param name="RuleName">The rule that was reported.</param>
/// <param name="ErrorCode">Always 400.</param>
/// <param name="Message">Why, and what to do.</param>
internal sealed record UnprocessedStatistics(
    [property: JsonPropertyName("RuleName")] string RuleName,
    [property: JsonPropertyName("ErrorCode")] string ErrorCode,
    [property: JsonPropertyName("Message")] string Message)
{
    public static UnprocessedStatistics Of(SamplingStatisticsDocument document, string message) => new(document.RuleName, "400", message);
}
