using System.Runtime.CompilerServices;
using DynamicSampling.Tasks.Models;

namespace DynamicSampling.Tasks.Sampling.Rules;

/// <summary>Writes what is known about a project's rates as rules, the biases in the order that Sentry's dynamic sampling has them.</summary>
public static class RulesGenerator
{
    /// <summary>How many releases are written at most.</summary>
    public const int MaxReleases = 10;

    /// <summary>How many transactions are written at most; with the rule for all others they have the ids 1400 to 1499.</summary>
    public const int MaxTransactions = 99;

    /// <summary>How many pinned rates there may be.</summary>
    public const int MaxPins = 1000;

    private const int MaxCustomRules = 2000;

    // A factor so close to 1 says nothing.
    private const double Negligible = 1e-9;

    // Below this an implicit rate is no divisor: the quotients would become as large as a double's range.
    private const double SmallestDivisor = 1e-9;

    private static readonly SamplingRule Replays = new(
        RuleIds.Replays, RuleType.Trace, SamplingValue.SampleRate(1), new NotCondition(new EqCondition("trace.replay_id", null)));

    private static readonly SamplingRule Environments = new(
        RuleIds.Environments, RuleType.Trace, SamplingValue.SampleRate(1),
        new GlobCondition("trace.environment", ["*debug*", "*dev*", "*local*", "*qa*", "*test*"]));

    /// <summary>Makes the rules that hold from now on.</summary>
    /// <param name="inputs">The project's rates, settings, releases and rules.</param>
    /// <param name="now">The instant; what has ended by then is left out.</param>
    /// <param name="onFailure">
    /// Hears of a bias whose inputs are wrong: it is left out, and the rest is made. Pinned rates, which are no bias, fail as
    /// <see cref="Bias.None"/>.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The base rate is not from 0 to 1.</exception>
    public static RulesDocument Generate(RuleInputs inputs, DateTimeOffset now, Action<Bias, Exception>? onFailure = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ThrowIfNotRate(inputs.BaseRate);

        var rules = new List<SamplingRule>();
        // The order matters: the first sampleRate that matches ends the evaluation, with the factors before it.
        Add(Bias.CustomRules, AddCustomRules);
        Add(Bias.None, static (rules, inputs, _) => AddPins(rules, inputs));
        // All or nothing is not balanced.
        if (inputs.BaseRate is not (0 or 1))
        {
            Add(Bias.HealthChecks, static (rules, inputs, _) => AddHealthChecks(rules, inputs));
            Add(Bias.Replays, static (rules, _, _) => rules.Add(Replays));
            Add(Bias.Environments, static (rules, _, _) => rules.Add(Environments));
            Add(Bias.Recalibration, static (rules, inputs, _) => AddRecalibration(rules, inputs));
            Add(Bias.LatestReleases, AddReleases);
            Add(Bias.Transactions, static (rules, inputs, _) => AddTransactions(rules, inputs));
            Add(Bias.MinimumSampleRate, static (rules, inputs, _) => AddMinimum(rules, inputs));
        }

        rules.Add(new(RuleIds.Uniform, RuleType.Trace, SamplingValue.SampleRate(inputs.BaseRate), RuleCondition.Always));
        return new(RulesDocument.CurrentVersion, rules);

        void Add(Bias bias, Action<List<SamplingRule>, RuleInputs, DateTimeOffset> add)
        {
            if ((inputs.Biases & bias) != bias)
                return;
            var before = rules.Count;
            try
            {
                add(rules, inputs, now);
            }
            catch (Exception exception)
            {
                rules.RemoveRange(before, rules.Count - before);
                onFailure?.Invoke(bias, exception);
            }
        }
    }

    private static void AddCustomRules(List<SamplingRule> rules, RuleInputs inputs, DateTimeOffset now)
    {
        var numbers = new HashSet<int>();
        foreach (var custom in inputs.CustomRules)
        {
            if (custom.End <= now)
                continue;
            if (custom.Number is < 0 or >= MaxCustomRules)
                throw Invalid(custom.Number, $"A custom rule's number must be from 0 to {MaxCustomRules - 1}.");
            if (!numbers.Add(custom.Number))
                throw new ArgumentException($"The custom rule {custom.Number} comes twice.", nameof(inputs));
            if (custom.Condition is null)
                throw new ArgumentException($"The custom rule {custom.Number} has no condition.", nameof(inputs));
            if (custom.Samples < 1)
                throw Invalid(custom.Samples, $"The samples of the custom rule {custom.Number} must be 1 or more.");
            if (custom.End <= custom.Start)
                throw Invalid(custom.End, $"The custom rule {custom.Number} must end after its start.");
            rules.Add(new(
                RuleIds.FirstCustomRule + custom.Number, RuleType.Transaction, SamplingValue.Reservoir(custom.Samples), custom.Condition,
                new(custom.Start, custom.End)));
        }
    }

    private static void AddPins(List<SamplingRule> rules, RuleInputs inputs)
    {
        if (inputs.Pins.Count > MaxPins)
            throw Invalid(inputs.Pins.Count, $"There must not be more than {MaxPins} pinned rates.");
        for (var i = 0; i < inputs.Pins.Count; i++)
        {
            var (transaction, rate) = inputs.Pins[i];
            if (!(rate is >= 0 and <= 1))
                throw Invalid(rate, $"The pinned rate of '{transaction ?? "*"}' must be from 0 to 1.");
            rules.Add(new(
                RuleIds.FirstPin + i, RuleType.Transaction, SamplingValue.SampleRate(rate),
                transaction is null ? RuleCondition.Always : new EqCondition("event.transaction", [transaction])));
        }
    }

    private static void AddHealthChecks(List<SamplingRule> rules, RuleInputs inputs)
    {
        var rate = inputs.HealthCheckRate ?? (inputs.BaseRate / 5);
        ThrowIfNotRate(rate, nameof(inputs.HealthCheckRate));
        // The evaluation ends here, before the rule of the minimum rate: it has to be in this one.
        if (inputs.Biases.HasFlag(Bias.MinimumSampleRate))
        {
            ThrowIfNotRate(inputs.Floor);
            rate = Math.Max(rate, inputs.Floor);
        }

        rules.Add(new(RuleIds.HealthChecks, RuleType.Transaction, SamplingValue.SampleRate(rate), HealthChecks.Condition));
    }

    private static void AddRecalibration(List<SamplingRule> rules, RuleInputs inputs)
    {
        if (!(inputs.Factor >= 0 && double.IsFinite(inputs.Factor)))
            throw Invalid(inputs.Factor, "The factor must be finite and not negative.");
        if (!IsOne(inputs.Factor))
            rules.Add(new(RuleIds.Recalibration, RuleType.Trace, SamplingValue.Factor(inputs.Factor), RuleCondition.Always));
    }

    private static void AddReleases(List<SamplingRule> rules, RuleInputs inputs, DateTimeOffset now)
    {
        var factor = SamplingValue.Factor(ReleaseAdoption.InitialFactor(inputs.BaseRate));
        var decay = new DecayingFunction(DecayingType.Linear, 1);
        var releases = inputs.Releases
            .Where(release => release.FirstSeen + release.TimeToAdoption > now)
            .OrderByDescending(release => release.FirstSeen)
            .ThenBy(release => release.Release, StringComparer.Ordinal)
            .ThenBy(release => release.Environment, StringComparer.Ordinal)
            // One that is there twice must not have its factor twice.
            .DistinctBy(release => (release.Release, release.Environment))
            .Take(MaxReleases);
        var id = RuleIds.FirstRelease;
        foreach (var release in releases)
        {
            if (release.Release is null)
                throw new ArgumentException("A release has no name.", nameof(inputs));
            var condition = new AndCondition(
            [
                new EqCondition("trace.release", [release.Release]),
                new EqCondition("trace.environment", release.Environment is null ? null : [release.Environment]),
            ]);
            rules.Add(new(
                id++, RuleType.Trace, factor, condition, new(release.FirstSeen, release.FirstSeen + release.TimeToAdoption), decay));
        }
    }

    // A trace's rate becomes base × (implicit / base), and for an explicit name × (rate / implicit): the last factor is for all.
    // Where implicit is 0 there is nothing to divide by, and a last factor of 0 for all would take the explicit names with it.
    // Then an explicit name's factor is rate / base, and the last factor implicit / base is for all other names only.
    private static void AddTransactions(List<SamplingRule> rules, RuleInputs inputs)
    {
        var rate = inputs.ImplicitRate ?? inputs.BaseRate;
        ThrowIfNotRate(rate, nameof(inputs.ImplicitRate));
        var named = inputs.Transactions
            .OrderByDescending(transaction => transaction.Volume)
            .ThenBy(transaction => transaction.Name, StringComparer.Ordinal)
            .Take(MaxTransactions).ToList();
        var ambiguous = FindAmbiguous(named);

        var isShared = rate >= SmallestDivisor;
        var divisor = isShared ? rate : inputs.BaseRate;
        var id = RuleIds.FirstTransaction;
        foreach (var transaction in named)
        {
            if (!(transaction.Rate is >= 0 and <= 1))
                throw Invalid(transaction.Rate, $"The rate of '{transaction.Name}' must be from 0 to 1.");
            AddFactor(transaction.Rate / divisor, new EqCondition("trace.transaction", [transaction.Name], !ambiguous.Contains(transaction.Name)));
        }

        AddFactor(rate / inputs.BaseRate, isShared || named.Count == 0 ? RuleCondition.Always : NoneOf(named, ambiguous));

        void AddFactor(double factor, RuleCondition condition)
        {
            if (!double.IsFinite(factor))
                throw Invalid(inputs.BaseRate, "The base rate is too small to be multiplied up to the rates of the transactions.");
            if (!IsOne(factor))
                rules.Add(new(id++, RuleType.Trace, SamplingValue.Factor(factor), condition));
        }
    }

    private static void AddMinimum(List<SamplingRule> rules, RuleInputs inputs)
    {
        ThrowIfNotRate(inputs.Floor);
        if (inputs.Floor > 0)
            rules.Add(new(RuleIds.MinimumSampleRate, RuleType.Trace, SamplingValue.MinimumSampleRate(inputs.Floor), RuleCondition.Always));
    }

    // Names that differ in case only: if case were ignored for them as for the others, each would get the factors of all.
    private static HashSet<string> FindAmbiguous(List<NamedRate> named)
    {
        var exact = new HashSet<string>(named.Count, StringComparer.Ordinal);
        var seen = new HashSet<string>(named.Count, StringComparer.OrdinalIgnoreCase);
        var ambiguous = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, _, _) in named)
        {
            if (name is null)
                throw new ArgumentException("A transaction has no name.", nameof(named));
            if (!exact.Add(name))
                throw new ArgumentException($"The transaction '{name}' comes twice.", nameof(named));
            if (!seen.Add(name))
                ambiguous.Add(name);
        }

        return ambiguous;
    }

    private static NotCondition NoneOf(List<NamedRate> named, HashSet<string> ambiguous)
    {
        var names = named.ConvertAll(static transaction => transaction.Name);
        var loose = new EqCondition("trace.transaction", names.FindAll(name => !ambiguous.Contains(name)), IgnoreCase: true);
        return new(ambiguous.Count == 0
            ? loose
            : new OrCondition([loose, new EqCondition("trace.transaction", names.FindAll(ambiguous.Contains))]));
    }

    private static bool IsOne(double factor) => Math.Abs(factor - 1) < Negligible;

    private static void ThrowIfNotRate(double rate, [CallerArgumentExpression(nameof(rate))] string? name = null)
    {
        if (!(rate is >= 0 and <= 1))
            throw Invalid(rate, $"The {name?.Replace("inputs.", "", StringComparison.Ordinal)} must be from 0 to 1.");
    }

    private static ArgumentOutOfRangeException Invalid(object value, string message, string culprit = "inputs") => new(culprit, value, message);
}
