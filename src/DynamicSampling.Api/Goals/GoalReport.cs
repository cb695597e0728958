using System.Globalization;
using DynamicSampling.Api.Storage;
using DynamicSampling.Tasks.Models;
using DynamicSampling.Tasks.Sampling;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Goals;

/// <summary>Compares target and achieved rate of an organization, and looks for what explains the difference.</summary>
internal sealed class GoalReport(
    SqlOrganizationStore organizations, SqlRateStore rates, SqlVolumeStore volumes, IOptions<SamplingOptions> options, TimeProvider clock)
{
    private const double Tolerance = 0.05;
    private const double ObedienceTolerance = 0.1;
    private const int ProjectsPerPage = 500;

    // Below this the share that is kept says more about chance than about the rates.
    private const double LeastExpected = 20;

    private static readonly (string Name, int Minutes)[] Windows = [("5m", 5), ("1h", 60), ("1d", 24 * 60)];

    public async Task<Goal> MakeAsync(string organization, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var entry = await organizations.FindAsync(organization, cancellationToken);
        var version = await rates.FindAsync(organization, cancellationToken);
        var effects = version is null ? new() : await ReadEffectsAsync(version, now, cancellationToken);
        var configured = TargetRate.Of(entry?.Settings, version?.Target.MonthlyVolume, options.Value);
        var target = version is null ? configured
            : version.Mode == SamplingMode.Project && effects.Total > 0 ? new(effects.Wanted / effects.Total, version.Target.Source)
            : version.Target;

        var achieved = new List<AchievedRate>(Windows.Length);
        foreach (var (name, minutes) in Windows)
            achieved.Add(Compare(name, await volumes.ReadTotalAsync(organization, MinuteWindow.Ending(now, minutes), cancellationToken), target.Rate));
        var reasons = Reasons(entry, version, configured, effects, achieved, now)
            .OrderByDescending(reason => Math.Abs(reason.Traces ?? double.MaxValue)).ToList();
        return new(organization, version?.Version ?? 0, target, achieved[0].Met ?? achieved[1].Met, achieved, PinItem.Of(version?.PinAt(now)), reasons);
    }

    private static AchievedRate Compare(string window, OrganizationVolume volume, double target)
    {
        if (!(volume.Total > 0))
            return new(window, volume.Total, volume.Kept, Rate: null, volume.IsExact, Deviation: null, Met: null);
        var rate = volume.Kept / volume.Total;
        var expected = volume.Total * target;
        var difference = Math.Abs(volume.Kept - expected);
        // Two standard deviations of a fair lottery.
        var chance = 2 * Math.Sqrt(expected * (1 - target));
        bool? met = target is > 0 and < 1 && expected < LeastExpected ? null : difference <= Math.Max(Tolerance * expected, chance);
        return new(window, volume.Total, volume.Kept, rate, volume.IsExact, target > 0 ? (rate - target) / target : null, met);
    }

    private IEnumerable<GoalReason> Reasons(
        OrganizationEntry? entry, OrganizationRates? version, TargetRate configured, Effects effects, List<AchievedRate> achieved, DateTimeOffset now)
    {
        if (entry?.SettingsError is { } unreadable)
            yield return new(GoalReasonCode.SettingsUnreadable, $"{unreadable} Until then the rates stay as they are.");
        if (achieved[^1].Total <= 0)
        {
            yield return new(GoalReasonCode.NoTraffic, "No volumes have arrived in the last day: post them, or point your services here.");
            yield break;
        }

        if (achieved[1] is { Met: null, Total: > 0 } hour)
            yield return new(GoalReasonCode.TooLittleTraffic, Format($"The last hour had {hour.Total:0.#} traces: too few to tell chance from rates."));
        else if (achieved[1].Total <= 0)
            yield return new(GoalReasonCode.TooLittleTraffic, "The last hour had no traffic.");
        if (achieved[^1].Kept <= 0 && configured.Rate > 0)
            yield return new(GoalReasonCode.KeptUnknown, "The volumes say of no trace that it was kept: post 'kept' with 'total', or check that clients store anything.");
        if (version is null)
        {
            yield return new(GoalReasonCode.NoRatesYet, "No rates have been published yet, so every service gets the target: run rebalance_orgs.");
            yield break;
        }

        var pin = version.PinAt(now);
        if (pin is not null)
        {
            yield return new(
                GoalReasonCode.RatesPinned,
                $"The rates were rolled back to those of version {pin.Version} by {pin.By}, and are pinned until {pin.Until.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}: until then they follow neither traffic nor settings. DELETE …/rates/pin ends that.");
        }

        if (entry?.SettingsError is null && HaveChanged(entry?.Settings, version, configured))
        {
            // Before a pass has estimated the volume it cannot be told what tiers or a budget will say.
            var wanted = TargetRate.FollowsVolume(entry?.Settings) && configured.Source == TargetSource.Default ? "to follow the volume" : Format($"{configured.Rate:0.######}");
            yield return new(GoalReasonCode.SettingsChanged, Format($"The settings now say {wanted}; the rates in force are for {version.Target.Rate:0.######} until the next pass{(pin is null ? "" : " after the pin")}."));
        }

        if (effects.AtBound is { } bound)
            yield return new(GoalReasonCode.FactorAtBound, Format($"The recalibration factor is {bound:0.##}, as far as it goes: the target is out of reach of the rates as they are."));
        else if (pin is not null)
        {
            // That there is no newer factor is what a pin is for.
        }
        else if (version.Recalibration == Recalibration.None && achieved[^1].Kept > 0 && !IsBalanced(achieved))
            yield return new(GoalReasonCode.NotRecalibrated, "There is no recalibration: it is switched off, has not run, or had no traffic to work on.");
        else if (!version.Recalibration.HoldsAt(now))
            yield return new(GoalReasonCode.NotRecalibrated, "The recalibration factor has expired, because no pass has renewed it for three cycles.");
        if (version.Recalibration.Obedience is { } obedience && Math.Abs(obedience - 1) > ObedienceTolerance)
            yield return new(GoalReasonCode.ClientsNotFollowing, Format($"Clients keep {obedience:P0} of what the rates in force say: some do not ask for rates, hold old ones, or sample again later."));
        if (effects.Floor > 0)
            yield return new(GoalReasonCode.FloorsBind, Format($"Minimum rates bind for {effects.FloorClasses} rates and keep {effects.Floor:0} traces more: lower minimumSampleRate, or raise the target."), effects.Floor);
        if (effects.New > 0)
            yield return new(GoalReasonCode.NewProjects, Format($"{effects.NewProjects} new projects are kept whole for now (Sampling:NewProjectBoost), {effects.New:0} traces more."), effects.New);
        if (effects.Pins != 0)
            yield return new(GoalReasonCode.Pins, Format($"Pins change what is kept by {effects.Pins:+0;-0} traces."), effects.Pins);
    }

    private bool HaveChanged(OrganizationSettings? settings, OrganizationRates version, TargetRate configured) =>
        configured.Source != version.Target.Source
        || ServedRate.Moved(version.Target.Rate, configured.Rate, options.Value.PublishThreshold)
        || (settings?.Mode ?? SamplingMode.Organization) != version.Mode;

    private static bool IsBalanced(List<AchievedRate> achieved) => (achieved[0].Met ?? achieved[1].Met) != false;

    // What of the last pass's window is kept for other reasons than base × factor.
    private async Task<Effects> ReadEffectsAsync(OrganizationRates version, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var effects = new Effects();
        IReadOnlyList<ProjectRate> page;
        string? after = null;
        do
        {
            page = await rates.ListProjectsAsync(version.Organization, after, ProjectsPerPage, cancellationToken);
            foreach (var project in page)
                effects.Add(project, version, version.FactorOf(project, now));
            after = page.Count == 0 ? null : page[^1].Project;
        }
        while (page.Count == ProjectsPerPage);
        return effects;
    }

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed class Effects
    {
        public double Total { get; private set; }

        /// <summary>Traces that the projects' targets ask for.</summary>
        public double Wanted { get; private set; }

        public double Floor { get; private set; }

        public int FloorClasses { get; private set; }

        public double New { get; private set; }

        public int NewProjects { get; private set; }

        public double Pins { get; private set; }

        public double? AtBound { get; private set; }

        public void Add(ProjectRate project, OrganizationRates version, double factor)
        {
            Total += project.Total;
            Wanted += project.Total * (project.Target ?? version.Target).Rate;
            if (factor is <= RecalibrationModel.MinFactor or >= RecalibrationModel.MaxFactor)
                AtBound = factor;
            if (project.IsNew)
                NewProjects++;
            foreach (var transaction in project.Transactions)
                AddClass(project, transaction.Transaction, transaction, transaction.Total * Spending.Scale(project), factor);
            AddClass(project, "", own: null, Spending.OfOthers(project), factor);
        }

        private void AddClass(ProjectRate project, string name, TransactionRate? own, double count, double factor)
        {
            var more = count * (ServedRate.Of(project, name, own, factor) - Plain(project, own, factor));
            switch (ServedRate.ReasonOf(project, name, own, factor))
            {
                case RateReason.Floor when more > 0:
                    Floor += more;
                    FloorClasses++;
                    break;
                case RateReason.New:
                    New += more;
                    break;
                case RateReason.Always or RateReason.Maximum:
                    Pins += more;
                    break;
            }
        }

        private static double Plain(ProjectRate project, TransactionRate? own, double factor) =>
            project.Rate is 0 or 1 ? project.Rate : Math.Min(1, (own?.Rate ?? project.ImplicitRate) * factor);
    }
}
