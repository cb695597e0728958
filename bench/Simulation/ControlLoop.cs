using DynamicSampling.Simulation.Stores;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.SamplingTasks;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.Simulation;

/// <summary>
/// Plays a scenario: clients keep what arrives at the rates they have, what was counted goes into the store, the real tasks compute
/// rates from it, and clients follow them sooner or later.
/// </summary>
internal sealed class ControlLoop : IAsyncDisposable
{
    /// <summary>The time from one pass to the next, in minutes.</summary>
    public const int Cycle = 1;

    /// <summary>The window of the recalibration, in minutes.</summary>
    public const int Window = 5;

    /// <summary>The longest that clients may take to follow, in cycles: the default of <c>Sampling:ClientLag</c>.</summary>
    public const int ClientLag = 10;

    private const string Organization = "simulation";
    private const int SlowCycles = 10;

    // The models look back for an hour; then there is a while to settle.
    private const int MinutesBefore = 80;

    // Clients that poll at moments of their own are told apart so finely.
    private const int MomentsPerMinute = 12;

    private static readonly DateTimeOffset Start = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    private readonly Playback _playback;
    private readonly int _secondOfPass;
    private readonly SimulatedClock _clock = new();
    private readonly MemoryVolumes _volumes;
    private readonly MemoryRates _rates = new();
    private readonly ServiceProvider _services;
    private readonly Dictionary<string, ISamplingTask> _tasks;
    private readonly List<(double PublishedAt, double[] Rates)> _issues = [];
    private readonly Queue<(int Minute, int Class, double Kept)> _late = [];
    private readonly Dice? _dice;
    private double _referenceFactor = 1;

    private ControlLoop(Playback playback, int secondOfPass)
    {
        var scenario = playback.Scenario;
        _playback = playback;
        _secondOfPass = secondOfPass;
        _dice = scenario.IsRandom ? new Dice(seed: 20_261_122) : null;
        _volumes = new(Organization, scenario.Classes);
        var nothing = new NothingElse();
        _services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<TimeProvider>(_clock)
            .AddSingleton<IOrganizationStore>(new MemoryOrganizations(Organization, new() { TargetSampleRate = scenario.Target, Mode = scenario.Mode }, _volumes))
            .AddSingleton<IVolumeStore>(_volumes)
            .AddSingleton<IRateStore>(_rates)
            .AddSingleton<ICustomRuleStore>(nothing)
            .AddSingleton<ICustomRuleNotifier>(nothing)
            .AddSingleton<IPassProgress>(nothing)
            .AddDynamicSamplingTasks()
            .AddSamplingTasks()
            .BuildServiceProvider();
        _tasks = _services.GetServices<ISamplingTask>().ToDictionary(task => task.Name, StringComparer.Ordinal);
        // What is served before there is anything.
        _issues.Add((double.NegativeInfinity, [.. scenario.Classes.Select(_ => scenario.Target)]));
    }

    /// <summary>Plays a scenario to its end.</summary>
    /// <param name="scenario">The traffic.</param>
    /// <param name="clients">Who samples it.</param>
    /// <param name="controller">Who decides on the factor.</param>
    /// <param name="secondOfPass">At which second of a minute passes run, 0 to 59.</param>
    public static async Task<Playback> PlayAsync(Scenario scenario, Clients clients, Controller controller = Controller.Ours, int secondOfPass = 0)
    {
        var playback = new Playback(scenario, clients, controller);
        await using var loop = new ControlLoop(playback, secondOfPass);
        for (var minute = -MinutesBefore; minute < scenario.Minutes; minute++)
        {
            var arrivals = scenario.ArrivalsAt(minute);
            loop.Sample(minute, arrivals, 0, secondOfPass);
            await loop.PassAsync(minute);
            loop.Sample(minute, arrivals, secondOfPass, 60);
        }

        playback.Versions = loop._rates.Current?.Version ?? 0;
        return playback;
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private static long AbsoluteMinute(int minute) => MinuteWindow.MinuteOf(Start) + minute;

    /// <summary>Clients sample what arrives between two seconds of a minute.</summary>
    private void Sample(int minute, IEnumerable<Arrival> arrivals, int from, int until)
    {
        if (from == until)
            return;
        var share = (until - from) / 60.0;
        var rates = RatesOfClients(minute + (from / 60.0), minute + (until / 60.0));
        var obedience = _playback.Scenario.ObedienceAt(minute);
        double allTotal = 0;
        double allKept = 0;
        foreach (var arrival in arrivals)
        {
            double rate = 0;
            foreach (var (weight, ofClass) in rates)
                rate += weight * ofClass[arrival.Class];
            rate = Math.Min(1, rate * obedience);
            var total = _dice?.Poisson(arrival.Count * share) ?? arrival.Count * share;
            var kept = _dice?.Binomial(total, rate) ?? total * rate;
            var late = kept * _playback.Scenario.LateShare;
            _volumes.Add(AbsoluteMinute(minute), arrival.Class, total, kept - late);
            if (late > 0)
                _late.Enqueue((minute, arrival.Class, late));
            allTotal += total;
            allKept += kept;
        }

        while (_late.TryPeek(out var spans) && spans.Minute < minute)
        {
            _late.Dequeue();
            _volumes.Add(AbsoluteMinute(spans.Minute), spans.Class, total: 0, spans.Kept);
        }

        if (minute < 0)
            return;
        _playback.Total[minute] += allTotal;
        _playback.Kept[minute] += allKept;
    }

    /// <summary>What clients have of what was published, each issue with the share of clients that have it; times in minutes.</summary>
    private List<(double Weight, double[] Rates)> RatesOfClients(double from, double until)
    {
        var result = new List<(double Weight, double[] Rates)>();
        double followBefore = 0;
        for (var i = _issues.Count - 1; i >= 0 && followBefore < 1; i--)
        {
            double follow = 0;
            for (var moment = 0; moment < MomentsPerMinute; moment++)
            {
                var now = from + ((until - from) * (moment + 0.5) / MomentsPerMinute);
                follow += _playback.Clients.ShareThatFollows((now - _issues[i].PublishedAt) / Cycle) / MomentsPerMinute;
            }

            if (follow > followBefore)
                result.Add((follow - followBefore, _issues[i].Rates));
            followBefore = follow;
        }

        return result;
    }

    private async Task PassAsync(int minute)
    {
        var now = minute + (_secondOfPass / 60.0);
        _clock.Set(Start.AddMinutes(minute).AddSeconds(_secondOfPass));
        double? factor = null;
        if (_playback.Controller == Controller.Ours)
        {
            await RunAsync("rebalance_orgs");
        }
        else
        {
            await RunAsync("boost_low_volume_projects");
            await RunAsync("boost_low_volume_transactions");
            if (_playback.Controller == Controller.Reference || (_playback.Controller == Controller.SlowReference && minute % SlowCycles == 0))
                _referenceFactor = ReferenceFactor();
            factor = _referenceFactor;
        }

        var served = Served(factor);
        if (!served.AsSpan().SequenceEqual(_issues[^1].Rates))
            _issues.Add((now, served));
        // Older ones nobody has any more.
        if (_issues.Count > 100)
            _issues.RemoveAt(0);
    }

    private async Task RunAsync(string name)
    {
        var task = _tasks[name];
        var run = await _services.GetRequiredService<TaskRunner>().RunAsync(
            new(name) { MaxExecution = task.MaxExecution }, (_, context) => task.RunAsync(context, new()));
        if (run is not { Status: RunStatus.Completed, Result: PassResult { Failed: 0, FailedProjects: 0 } })
            throw new InvalidOperationException($"The pass did not end well: {run.Error?.Type ?? (run.Result as PassResult)?.Message}");
    }

    private double[] Served(double? factor)
    {
        var result = new double[_playback.Scenario.Classes.Count];
        Array.Fill(result, _playback.Scenario.Target);
        if (_rates.Current is not { } version)
            return result;
        string? name = null;
        ProjectRate? project = null;
        for (var i = 0; i < result.Length; i++)
        {
            var (ofProject, transaction) = _playback.Scenario.Classes[i];
            if (name != ofProject)
                (name, project) = (ofProject, _rates.Find(ofProject));
            if (project is not null)
                result[i] = ServedRate.Of(project, transaction, factor ?? version.FactorOf(project, _clock.GetUtcNow()));
        }

        return result;
    }

    private double ReferenceFactor()
    {
        var (total, kept) = _volumes.Sum(MinuteWindow.Ending(_clock.GetUtcNow(), Window));
        if (!(total > 0 && kept > 0))
            return _referenceFactor;
        var factor = _referenceFactor * _playback.Scenario.Target / (kept / total);
        return factor is >= 0.1 and <= 10 ? factor : 1;
    }
}
