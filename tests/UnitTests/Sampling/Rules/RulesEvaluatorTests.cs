using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Tests.Sampling.Rules;

public sealed class RulesEvaluatorTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TraceFields Nothing = new();

    [Fact]
    public void Evaluate_Factors_MultiplyUntilTheFirstRate()
    {
        var evaluation = Evaluate(
            Nothing,
            Rule(1, SamplingValue.Factor(2)),
            Rule(2, SamplingValue.Factor(9), new OrCondition([])),
            Rule(3, SamplingValue.Factor(3)),
            Rule(4, SamplingValue.SampleRate(0.1)),
            Rule(5, SamplingValue.SampleRate(0.9)));

        Assert.Equal(0.6, evaluation.Rate!.Value, 1e-12);
        Assert.Equal([new(1, SamplingValueType.Factor, 2), new(3, SamplingValueType.Factor, 3), new(4, SamplingValueType.SampleRate, 0.1)], evaluation.Rules);
    }

    [Theory]
    [InlineData(0.5, 0.0, 0.4, 0.2)]
    [InlineData(0.5, 0.3, 0.4, 0.3)]
    [InlineData(9.0, 0.3, 0.4, 1.0)]
    [InlineData(1.0, 7.0, 0.4, 1.0)]
    [InlineData(0.0, 0.0, 0.4, 0.0)]
    [InlineData(double.MaxValue, 0.0, 1e300, 1.0)]
    public void Evaluate_Minimum_AndTheBounds(double factor, double minimum, double rate, double expected) => Assert.Equal(expected, Evaluate(
        Nothing,
        Rule(1, SamplingValue.Factor(factor)),
        Rule(2, SamplingValue.MinimumSampleRate(minimum)),
        Rule(3, SamplingValue.MinimumSampleRate(minimum / 2)),
        Rule(4, SamplingValue.SampleRate(rate))).Rate!.Value, 1e-12);

    [Fact]
    public void Evaluate_FactorsBeyondADouble_AreStillARate()
    {
        SamplingRule[] huge = [Rule(1, SamplingValue.Factor(double.MaxValue)), Rule(2, SamplingValue.Factor(double.MaxValue))];

        Assert.Equal(1, Evaluate(Nothing, [.. huge, Rule(3, SamplingValue.SampleRate(0.1))]).Rate);
        Assert.Equal(0, Evaluate(Nothing, [.. huge, Rule(3, SamplingValue.SampleRate(0))]).Rate);
    }

    [Fact]
    public void Evaluate_NoRate_IsNoDecision()
    {
        Assert.Null(Evaluate(Nothing).Rate);
        var evaluation = Evaluate(Nothing, Rule(1, SamplingValue.Factor(2)), Rule(2, SamplingValue.SampleRate(1), new OrCondition([])));
        Assert.Null(evaluation.Rate);
        Assert.Equal(1, Assert.Single(evaluation.Rules).Id);
    }

    [Theory]
    [InlineData(-0.001, null)]
    [InlineData(0, 0.5)]
    [InlineData(3599.999, 0.5)]
    [InlineData(3600, null)]
    public void Evaluate_TimeRange_IsFromItsStartUntilBeforeItsEnd(double seconds, double? expected) => Assert.Equal(
        expected, RulesEvaluator.Rate(Document(Rule(1, SamplingValue.SampleRate(0.5)) with { TimeRange = new(Now, Now + Hour) }), Nothing, Now.AddSeconds(seconds)));

    [Fact]
    public void Evaluate_Reservoir_KeepsSoManyTraces()
    {
        var document = Document(Rule(3000, SamplingValue.Reservoir(2)), Rule(1000, SamplingValue.SampleRate(0.1)));
        var counters = new ReservoirCounters();

        Assert.Equal([1, 1, 0.1, 0.1], Enumerable.Range(0, 4).Select(_ => RulesEvaluator.Evaluate(document, Nothing, Now, counters).Rate));
        Assert.Equal([new(1000, SamplingValueType.SampleRate, 0.1)], RulesEvaluator.Evaluate(document, Nothing, Now, counters).Rules);
        Assert.Equal([new(3000, SamplingValueType.Reservoir, 1)], RulesEvaluator.Evaluate(document, Nothing, Now).Rules);
        Assert.Equal(1, RulesEvaluator.Rate(document, Nothing, Now));
    }

    [Fact]
    public void Evaluate_CustomRule_OnlyMatchingTracesInItsTimeAreCounted()
    {
        var document = Generate(Bias.CustomRules, new()
        {
            BaseRate = 0.1,
            CustomRules = [new(5, new GlobCondition("trace.environment", ["prod*"]), 1, Now, Now + Hour)],
        });
        var counters = new ReservoirCounters();
        var production = new TraceFields { Environment = "Production" };

        Assert.Equal(0.1, RulesEvaluator.Evaluate(document, Nothing, Now, counters).Rate);
        Assert.Equal(0.1, RulesEvaluator.Evaluate(document, production, Now + Hour, counters).Rate);
        Assert.Equal(1, RulesEvaluator.Evaluate(document, production, Now, counters).Rate);
        Assert.Equal(0.1, RulesEvaluator.Evaluate(document, production, Now, counters).Rate);
        Assert.Equal(1, counters.Taken(3005));
    }

    [Fact]
    public void Evaluate_Replay_IsKeptUnlessAHealthCheck()
    {
        var document = Generate(Bias.All, new() { BaseRate = 0.1 });

        Assert.Equal(1, Rate(document, new() { Transaction = "buy", ReplayId = "1" }));
        Assert.Equal(1, Rate(document, new() { Transaction = "buy", ReplayId = "" }));
        Assert.Equal(0.1, Rate(document, new() { Transaction = "buy" }));
        Assert.Equal(0.02, Rate(document, new() { Transaction = "/health", ReplayId = "1" }), 1e-12);
    }

    [Theory]
    [InlineData("debug", 1)]
    [InlineData("my-Dev-box", 1)]
    [InlineData("LOCALHOST", 1)]
    [InlineData("qa2", 1)]
    [InlineData("latest", 1)]
    [InlineData("production", 0.1)]
    [InlineData("", 0.1)]
    [InlineData(null, 0.1)]
    public void Evaluate_Environment_IsKeptWhenItIsForDevelopers(string? environment, double expected) =>
        Assert.Equal(expected, Rate(Generate(Bias.Environments, new() { BaseRate = 0.1 }), new() { Environment = environment }));

    [Fact]
    public void Evaluate_Recalibration_MultipliesWithinTheBounds()
    {
        Assert.Equal(0.05, Rate(Generate(Bias.Recalibration, new() { BaseRate = 0.1, Factor = 0.5 }), Nothing), 1e-12);
        Assert.Equal(1, Rate(Generate(Bias.Recalibration, new() { BaseRate = 0.5, Factor = 10 }), Nothing));
    }

    // 1.5^0.75 = 1.3554 at first; half an hour later (1.3554 + 1) / 2 = 1.1777.
    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 1.3554030054147674)]
    [InlineData(30, 1.1777015027073837)]
    [InlineData(45, 1.0888507513536918)]
    [InlineData(60, 1)]
    [InlineData(600, 1)]
    public void Evaluate_Release_DecaysUntilItIsAdopted(int minutes, double factor)
    {
        var document = Generate(Bias.LatestReleases, new() { BaseRate = 0.25, Releases = [new("2.0", "prod", Now, Hour)] });

        var rate = RulesEvaluator.Rate(document, new TraceFields { Release = "2.0", Environment = "prod" }, Now.AddMinutes(minutes));

        Assert.Equal(0.25 * factor, rate!.Value, 1e-12);
    }

    [Fact]
    public void Evaluate_OverlappingReleases_EachTraceGetsItsOwnFactor()
    {
        var document = Generate(Bias.LatestReleases, new()
        {
            BaseRate = 0.25,
            Releases = [new("1.0", null, Now - (Hour / 2), Hour), new("2.0", null, Now, Hour), new("2.0", "prod", Now - (Hour / 4 * 3), Hour)],
        });

        Assert.Equal(0.25 * 1.1777015027073837, Rate(document, new() { Release = "1.0" }), 1e-12);
        Assert.Equal(0.25 * 1.3554030054147674, Rate(document, new() { Release = "2.0" }), 1e-12);
        Assert.Equal(0.25 * 1.0888507513536918, Rate(document, new() { Release = "2.0", Environment = "prod" }), 1e-12);
        Assert.Equal(0.25, Rate(document, new() { Release = "1.0", Environment = "prod" }));
        Assert.Equal(0.25, Rate(document, new() { Release = "3.0" }));
        Assert.Equal(0.25, Rate(document, Nothing));
    }

    [Fact]
    public void Evaluate_Pin_HoldsAgainstEveryBias()
    {
        var document = Generate(Bias.All, new()
        {
            BaseRate = 0.1, Factor = 5, Floor = 0.05, ImplicitRate = 0.01, Transactions = [new("/health", 0.9, 1)], Pins = [new("/health", 0.001)],
        });

        Assert.Equal(0.001, Rate(document, new() { Transaction = "/health", ReplayId = "1", Environment = "dev" }));
    }

    // By hand: 0.5 (recalibration) x 1.4404 (new release) x 16 (0.8 / 0.05) x 0.5 (0.05 / 0.1) x 0.1 = 0.57616.
    [Fact]
    public void Evaluate_EveryFactor_SaysHowTheRateCameAbout()
    {
        var document = Generate(Bias.All, new()
        {
            BaseRate = 0.1, Factor = 0.5, Floor = 0.03, ImplicitRate = 0.05, Transactions = [new("buy", 0.8, 1)], Releases = [new("2.0", null, Now, Hour)],
        });

        var evaluation = RulesEvaluator.Evaluate(document, new TraceFields { Transaction = "Buy", Release = "2.0", Environment = null }, Now);

        Assert.Equal(0.5761587004753308, evaluation.Rate!.Value, 1e-12);
        Assert.Equal([1004, 1500, 1400, 1401, 1006, 1000], evaluation.Rules.Select(rule => rule.Id));
        Assert.Equal(0.03, Rate(document, new() { Transaction = "other" }));
    }

    private static double Rate(RulesDocument document, TraceFields fields) => RulesEvaluator.Rate(document, fields, Now)!.Value;

    private static RulesDocument Generate(Bias biases, RuleInputs inputs) => RulesGenerator.Generate(inputs with { Biases = biases }, Now);

    private static SamplingRule Rule(int id, SamplingValue value, RuleCondition? condition = null) =>
        new(id, RuleType.Trace, value, condition ?? RuleCondition.Always);

    private static RulesDocument Document(params SamplingRule[] rules) => new(RulesDocument.CurrentVersion, rules);

    private static Evaluation Evaluate(TraceFields fields, params SamplingRule[] rules) => RulesEvaluator.Evaluate(Document(rules), fields, Now);
}
