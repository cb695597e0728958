using DynamicSampling.Api.Storage;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.Sampling.Rules;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Serving;

/// <summary>Makes a project's rules document of what is published, of its settings, its releases and its custom rules.</summary>
internal sealed class ProjectRules(
    SqlRateStore rates, SqlOrganizationStore organizations, SqlProjectStore projects, SqlCustomRuleStore customRules,
    IOptions<SamplingOptions> options, TimeProvider clock, ILogger<ProjectRules> logger)
{
    /// <summary>The rules that hold now. A project without rates of its own gets its organization's target.</summary>
    public async Task<RulesDocument> GenerateAsync(ProjectKey key, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var organization = await organizations.FindAsync(key.Organization, cancellationToken);
        var project = await projects.FindAsync(key, cancellationToken);
        var policy = SamplingPolicy.Of(organization?.Settings, project?.Settings, options.Value);
        var published = await rates.FindProjectAsync(key, cancellationToken);
        var custom = await customRules.ListOfProjectAsync(key, now, cancellationToken);
        var releases = await projects.ListReleasesAsync(
            key, MinuteWindow.MinuteOf(now - options.Value.ReleaseAdoption), RulesGenerator.MaxReleases, cancellationToken);
        var inputs = published?.Project is { } rate
            ? OfRates(rate.Rate, published.Version.FactorOf(rate.Rate, now), policy)
            : OfTarget(
                TargetRate.OfProject(
                    organization?.Settings, project?.Settings,
                    published?.Version.Target ?? TargetRate.Of(organization?.Settings, monthlyVolume: null, options.Value)),
                policy);
        return RulesGenerator.Generate(
            inputs with
            {
                CustomRules = [.. custom.Select(rule => new CustomRuleInput(rule.Number, rule.Condition, rule.Samples, rule.Start, rule.End))],
                Releases =
                [
                    .. releases.Select(release => new ActiveRelease(
                        release.Release, release.Environment.Length == 0 ? null : release.Environment,
                        DateTimeOffset.FromUnixTimeSeconds(release.FirstMinute * 60), options.Value.ReleaseAdoption)),
                ],
            },
            now,
            (bias, exception) => Log.BiasFailed(logger, exception, bias.ToString(), key.Project, key.Organization));
    }

    private static RuleInputs OfTarget(TargetRate target, SamplingPolicy policy) =>
        new() { BaseRate = target.Rate, Biases = policy.Biases, Floor = policy.Floor };

    private static RuleInputs OfRates(ProjectRate rate, double factor, SamplingPolicy policy)
    {
        var pins = rate.Transactions.Where(transaction => transaction.IsPinned)
            .Select(transaction => new PinnedRate(transaction.Transaction, ServedRate.Of(rate, transaction.Transaction, transaction, factor))).ToList();
        if (rate.Always)
            pins.Add(new(Transaction: null, SampleRate: 1));
        var cap = rate.Maximum ?? 1;
        if (rate.IsNew || rate.Rate is 0 or 1)
            return new() { BaseRate = Math.Min(rate.IsNew ? 1 : rate.Rate, cap), Biases = policy.Biases & Bias.CustomRules, Pins = pins };
        // The rules multiply by the factor; so capped, the products do not pass the cap.
        var most = factor > 0 ? Math.Min(1, cap / factor) : 1;
        return new()
        {
            // Capped as well: where transactions have no rates of their own, it is what they get.
            BaseRate = Math.Min(rate.Rate, most),
            Biases = policy.Biases,
            Factor = factor,
            ImplicitRate = Math.Min(rate.ImplicitRate, most),
            Transactions =
            [
                .. rate.Transactions.Where(transaction => !transaction.IsPinned)
                    .Select(transaction => new NamedRate(transaction.Transaction, Math.Min(transaction.Rate ?? rate.ImplicitRate, most), transaction.Total)),
            ],
            Floor = Math.Min(rate.Floor, cap),
            Pins = pins,
            HealthCheckRate = Math.Min(Math.Max(rate.Rate / ServedRate.HealthCheckDivisor, rate.Floor), cap),
        };
    }
}
