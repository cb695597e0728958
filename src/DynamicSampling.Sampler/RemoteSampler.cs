using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace DynamicSampling.Sampler;

/// <summary>
/// Samples by the rates that a DynamicSampling service gives each operation, and reports how many traces there were and how many of them were kept. The service
/// is asked in the background: when it is down, slow or answers nonsense, sampling goes on with the last good rates, and the application does not notice.
/// </summary>
/// <remarks>
/// What is kept says in its trace state with which probability (<c>ot=th:…</c>), and is decided by the trace id, as OpenTelemetry's consistent probability
/// sampling has it: who samples the same trace at a lower rate keeps a part of what is kept here. In a tracer provider use
/// <see cref="DynamicSamplingTracerProviderBuilderExtensions.AddDynamicSampling"/>, which also learns what spans are called at their end.
/// </remarks>
public sealed class RemoteSampler : OpenTelemetry.Trace.Sampler, IDisposable
{
    private static readonly TimeSpan NamePatience = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(30);
    private readonly string _client;
    private readonly Settings _settings;
    private readonly ILogger _logger;
    private readonly Func<string?>? _findName;
    private readonly Decider _decider;
    private readonly ReportQueue _reports;
    private readonly SamplerMetrics _metrics;
    private readonly ServiceClient _http;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _work;
    private volatile RatesPoller? _poller;
    private volatile Reporter? _reporter;
    private int _hasEnded;
    private int _namingHasFailed;
    private int _workHasFailed;

    /// <summary>Begins to ask for rates, in the background.</summary>
    /// <exception cref="ArgumentException">An option is not within its limits; the message says which and what it may be.</exception>
    public RemoteSampler(RemoteSamplerOptions options)
        : this(options, applicationLog: null, findName: null)
    {
    }

    /// <param name="options">The options.</param>
    /// <param name="applicationLog">The application's log, if there is one.</param>
    /// <param name="findName">Finds the service's name when the options have none; null while it is not known yet.</param>
    internal RemoteSampler(RemoteSamplerOptions options, ILogger? applicationLog, Func<string?>? findName)
    {
        ArgumentNullException.ThrowIfNull(options);
        _settings = Settings.Of(options);
        _findName = findName;
        _logger = new SamplerLogger(applicationLog);
        _client = ClientId.Make(_settings.Clock.GetUtcNow());
        _decider = new(_settings, NamingFailed);
        _http = new(_settings);
        _metrics = new(this, () => _decider.Operations, () => _poller?.Age);
        _reports = new(_settings.ReportInterval, _settings.Clock, _metrics.CountsDropped);
        Description = $"{nameof(RemoteSampler)}{{{_settings.Host}}}";
        _work = RunApart(WorkAsync);
    }

    /// <inheritdoc/>
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) => _decider.Decide(samplingParameters);

    /// <summary>Stops asking for rates, and reports what was counted last, for which it waits at most 2 seconds. Decisions go on by the last rates.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _hasEnded, 1) != 0)
            return;
        try
        {
            RunApart(FinishAsync).WaitAsync(EndPatience, _settings.Clock).GetAwaiter().GetResult();
        }
        catch (Exception exception)
        {
            SamplerEventSource.Instance.Failed($"What was counted last is lost. {exception.Message}");
        }

        _http.Dispose();
        _metrics.Dispose();
    }

    /// <summary>Learns from the first span of a trace that was kept, at its end.</summary>
    internal void Learn(Activity root) => _decider.Learn(root);

    // The work belongs to no trace, whoever made the sampler.
    private static Task RunApart(Func<Task> work)
    {
        if (ExecutionContext.IsFlowSuppressed())
            return Task.Run(work);
        using (ExecutionContext.SuppressFlow())
            return Task.Run(work);
    }

    private async Task WorkAsync()
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        try
        {
            await RunOnAsync(PollAndReportAsync).ConfigureAwait(false);
        }
        catch (Exception) when (_end.IsCancellationRequested)
        {
            // It is the end.
        }
    }

    private async Task PollAndReportAsync(CancellationToken cancellationToken)
    {
        var name = _settings.ServiceName ?? (_findName is null ? Settings.NameOfEnvironment() : _findName());
        while (name is null)
        {
            await Task.Delay(NamePatience, _settings.Clock, cancellationToken).ConfigureAwait(false);
            name = _findName!();
        }

        var file = _settings.CacheFile is { } path ? new RatesFile(path, _logger) : null;
        _poller = new(name, _settings, _http, file, _metrics, _logger, Follow);
        _reporter = new(name, _client, _settings, _http, _decider, _reports, _metrics, _logger);
        await Task.WhenAll(RunOnAsync(_poller.RunAsync), RunOnAsync(_reporter.RunAsync)).ConfigureAwait(false);
    }

    // What fails unexpectedly is begun again, and each for itself: polls do not end with reports.
    private async Task RunOnAsync(Func<CancellationToken, Task> work)
    {
        while (true)
        {
            try
            {
                await work(_end.Token).ConfigureAwait(false);
            }
            catch (Exception exception) when (!_end.IsCancellationRequested)
            {
                if (Interlocked.Exchange(ref _workHasFailed, 1) == 0)
                    Log.WorkFailed(_logger, exception);
            }

            await Task.Delay(PauseAfterFailure, _settings.Clock, _end.Token).ConfigureAwait(false);
        }
    }

    private async Task FinishAsync()
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await _end.CancelAsync().ConfigureAwait(false);
        await _work.ConfigureAwait(false);
        if (_reporter is { } reporter)
            await reporter.FinishAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private void Follow(Strategy strategy)
    {
        if (_decider.Follow(strategy) is { } interval)
            _reports.Add(interval);
    }

    private void NamingFailed(Exception exception)
    {
        if (Interlocked.Exchange(ref _namingHasFailed, 1) == 0)
            Log.NamingFailed(_logger, exception);
    }
}
