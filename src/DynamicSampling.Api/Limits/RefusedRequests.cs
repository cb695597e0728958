using System.Collections.Concurrent;
using System.Globalization;
using DynamicSampling.Api.Hosting;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Limits;

/// <summary>Answers requests that come too soon: which limit it was, whose, and when to come again.</summary>
internal sealed class RefusedRequests(LimitsMetrics metrics, IOptions<LimitsOptions> options, TimeProvider clock, ILogger<RefusedRequests> logger)
{
    // Somebody who floods the service must not flood its log.
    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, long> _loggedAt = new(StringComparer.Ordinal);

    public Task AnswerAsync(HttpContext http, Refusal refusal)
    {
        metrics.Refused(refusal.Setting);
        var detail = Describe(http, refusal, options.Value);
        if (IsTimeToLog(refusal.Setting))
            Log.RequestRefused(logger, detail);
        var seconds = Math.Max(1, (int)Math.Ceiling(refusal.RetryAfter.TotalSeconds));
        http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return Refusals.WriteAsync(http, refusal.StatusCode, detail);
    }

    private static string Describe(HttpContext http, Refusal refusal, LimitsOptions limits)
    {
        var kind = refusal.Group switch
        {
            RequestGroup.Ingest => "requests that send traces or volumes",
            RequestGroup.Sampling => "requests for rates",
            RequestGroup.Operate => "requests that change something or run a task",
            RequestGroup.EventStreams => "event streams",
            _ => "requests that look",
        };
        var share = $"its share (Limits:ShareOfOne) of {refusal.Setting}; send it again later.";
        return refusal.Reason switch
        {
            RefusalReason.Rate => $"{LimitedCaller.Describe(http)} sends more {kind} than {PerSecond(refusal.Group, limits)} a second ({refusal.Setting}); send it again later.",
            RefusalReason.Caller => $"{LimitedCaller.Describe(http)} has too many {kind} in progress, more than {share}",
            RefusalReason.Organization => $"Organization '{LimitedCaller.OrganizationOf(http, refusal.Group)}' has too many {kind} in progress, more than {share}",
            _ => $"Too many {kind} are in progress, more than {refusal.Setting} allows; send it again later.",
        };
    }

    private static int PerSecond(RequestGroup group, LimitsOptions limits) => group switch
    {
        RequestGroup.Ingest => limits.IngestPerSecond,
        RequestGroup.Sampling => limits.SamplingPerSecond,
        RequestGroup.Operate => limits.OperatePerSecond,
        _ => limits.ReadPerSecond,
    };

    private bool IsTimeToLog(string setting)
    {
        var now = clock.GetTimestamp();
        if (_loggedAt.TryGetValue(setting, out var last))
            return clock.GetElapsedTime(last, now) >= LogInterval && _loggedAt.TryUpdate(setting, now, last);
        return _loggedAt.TryAdd(setting, now);
    }
}
