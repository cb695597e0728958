using System.Net;

namespace DynamicSampling.Sampler.Reports;

/// <summary>Takes what was counted at each interval, and sends it until the service has it.</summary>
internal sealed class Reporter
{
    // So often the service hears that there is nothing to tell.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromMinutes(1);
    private readonly string _service;
    private readonly string _client;
    private readonly Settings _settings;
    private readonly ServiceClient _http;
    private readonly Decider _decider;
    private readonly ReportQueue _queue;
    private readonly SamplerMetrics _metrics;
    private readonly Complaint _complaint;
    private readonly Complaint _refusal;
    private readonly Pace _pace;
    private long? _lastCut;

    public Reporter(
        string service, string client, Settings settings, ServiceClient http, Decider decider, ReportQueue queue, SamplerMetrics metrics, ILogger logger)
    {
        (_service, _client, _settings, _http, _decider, _queue, _metrics) = (service, client, settings, http, decider, queue, metrics);
        _pace = new(settings.ReportInterval);
        _complaint = new(
            reason => Log.ReportsFailing(logger, service, settings.Host, reason),
            () => Log.ReportsTaken(logger, service, settings.Host));
        _refusal = new(
            reason => Log.ReportsRefused(logger, service, settings.Host, reason),
            () => Log.ReportsNotRefused(logger, service, settings.Host));
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(_pace.Next(), _settings.Clock, cancellationToken).ConfigureAwait(false);
            CutIfDue();
            await SendAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Sends what there is at the end.</summary>
    public Task FinishAsync(CancellationToken cancellationToken)
    {
        Cut(evenEmpty: false);
        return SendAsync(cancellationToken);
    }

    // After failures it comes sooner than after a long interval. That is for what waits: it need not make more reports.
    private void CutIfDue()
    {
        var elapsed = _lastCut is { } last ? _settings.Clock.GetElapsedTime(last) : TimeSpan.MaxValue;
        if (elapsed >= _settings.ReportInterval / 2)
            Cut(evenEmpty: elapsed >= Heartbeat);
    }

    private void Cut(bool evenEmpty)
    {
        if (_decider.Cut(evenEmpty) is not { } interval)
            return;
        _queue.Add(interval);
        _lastCut = _settings.Clock.GetTimestamp();
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        while (_queue.Peek() is { } report)
        {
            try
            {
                var answer = await _http.PostReportAsync(report.ToJson(_service, _client), cancellationToken).ConfigureAwait(false);
                if (answer.Status == HttpStatusCode.OK)
                {
                    Succeed(report);
                    continue;
                }

                if (answer.IsWorthRetrying)
                    Fail(answer.Problem, answer.RetryAfter);
                else
                    Refused(report, answer);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                Fail(exception.Message);
            }

            return;
        }
    }

    private void Succeed(Report report)
    {
        _queue.Remove(report);
        _metrics.Reported("taken");
        _pace.Succeeded();
        _complaint.Settle();
        _refusal.Settle();
    }

    private void Refused(Report report, Answer answer)
    {
        _queue.Remove(report);
        _metrics.CountsDropped(report.Traces);
        _metrics.Reported("refused");
        _pace.Failed(answer.RetryAfter);
        _refusal.Raise(answer.Problem);
    }

    private void Fail(string reason, TimeSpan? retryAfter = null)
    {
        _metrics.Reported("failed");
        _pace.Failed(retryAfter);
        _complaint.Raise(reason);
    }
}
