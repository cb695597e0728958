using System.Net;

namespace DynamicSampling.Sampler.Rates;

/// <summary>Asks for the rates again and again, and hands on what is good and new.</summary>
internal sealed class RatesPoller
{
    private readonly string _service;
    private readonly Settings _settings;
    private readonly ServiceClient _client;
    private readonly RatesFile? _file;
    private readonly SamplerMetrics _metrics;
    private readonly Action<Strategy> _follow;
    private readonly Complaint _complaint;
    private readonly Pace _pace;
    private Strategy? _followed;
    private long _confirmed;
    private volatile bool _isConfirmed;

    public RatesPoller(string service, Settings settings, ServiceClient client, RatesFile? file, SamplerMetrics metrics, ILogger logger, Action<Strategy> follow)
    {
        (_service, _settings, _client, _file, _metrics, _follow) = (service, settings, client, file, metrics, follow);
        _pace = new(settings.PollInterval);
        _complaint = new(
            reason => Log.RatesUnavailable(logger, service, settings.Host, reason),
            () => Log.RatesAvailable(logger, service, settings.Host));
    }

    /// <summary>For how long the service has not confirmed the rates, in seconds; null when it has never done so.</summary>
    public double? Age => _isConfirmed ? _settings.Clock.GetElapsedTime(Interlocked.Read(ref _confirmed)).TotalSeconds : null;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (_followed is null && _file?.Read(_service) is { } last)
            Follow(last);
        while (true)
        {
            await PollAsync(cancellationToken).ConfigureAwait(false);
            await Task.Delay(_pace.Next(), _settings.Clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task PollAsync(CancellationToken cancellationToken)
    {
        try
        {
            var tag = _followed?.Tag;
            var answer = await _client.GetRatesAsync(_service, tag, cancellationToken).ConfigureAwait(false);
            if (answer.Status == HttpStatusCode.OK)
                Take(answer);
            else if (answer.Status == HttpStatusCode.NotModified && tag is not null)
                Confirm("unchanged");
            else
                Fail("failed", answer.Problem, answer.RetryAfter);
        }
        catch (FormatException exception)
        {
            Fail("refused", $"The answer is none that can be followed. {exception.Message}");
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Fail("failed", exception.Message);
        }
    }

    private void Take(Answer answer)
    {
        var strategy = StrategyReader.Read(answer.Body, answer.Tag);
        Follow(strategy);
        Confirm("changed");
        _file?.Write(_service, strategy.Tag, answer.Body);
    }

    private void Follow(Strategy strategy)
    {
        _followed = strategy;
        _follow(strategy);
    }

    private void Confirm(string outcome)
    {
        Interlocked.Exchange(ref _confirmed, _settings.Clock.GetTimestamp());
        _isConfirmed = true;
        _metrics.Polled(outcome);
        _pace.Succeeded();
        _complaint.Settle();
    }

    private void Fail(string outcome, string reason, TimeSpan? retryAfter = null)
    {
        _metrics.Polled(outcome);
        _pace.Failed(retryAfter);
        _complaint.Raise(reason);
    }
}
