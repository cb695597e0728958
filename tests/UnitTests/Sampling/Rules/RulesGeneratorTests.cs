using System.Text.Json;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Tests.Sampling.Rules;

public sealed class RulesGeneratorTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly JsonElement Vector = Vectors.Read("rules");

    private static readonly RuleInputs Everything = new()
    {
        BaseRate = 0.1,
        Factor = 0.5,
        ImplicitRate = 0.05,
        Transactions = [new("small", 0.8, 10), new("large", 0.02, 1000)],
        Releases = [new("1.0", null, Now - (Hour / 2), Hour), new("2.0", "prod", Now, Hour)],
        CustomRules = [new(7, new EqCondition("trace.x", ["y"]), 50, Now, Now + Hour)],
        Floor = 0.03,
        Pins = [new("fixed", 0.4)],
    };

    public static TheoryData<int> Cases => new(Enumerable.Range(0, Vector.GetProperty("cases").GetArrayLength()));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Generate_ConformanceCase_IsAsExpected(int number)
    {
        var given = Vector.GetProperty("cases")[number];
        var biases = given.GetProperty("biases");
        var inputs = new RuleInputs
        {
            BaseRate = given.GetProperty("base").GetDouble(),
            Biases = biases.ValueKind == JsonValueKind.String
                ? Bias.All
                : biases.EnumerateArray().Aggregate(Bias.None, (all, name) => all | Enum.Parse<Bias>(name.GetString()!, ignoreCase: true)),
            Factor = given.TryGetProperty("factor", out var factor) ? factor.GetDouble() : 1,
            ImplicitRate = given.TryGetProperty("implicit", out var rate) ? rate.GetDouble() : null,
            Transactions = given.TryGetProperty("transactions", out var named)
                ? [.. named.EnumerateObject().Select(item => new NamedRate(item.Name, item.Value.GetDouble(), 1))]
                : [],
        };

        var rules = RulesGenerator.Generate(inputs, Now).Rules;

        var expected = given.GetProperty("rules");
        Assert.Equal(expected.EnumerateArray().Select(rule => rule[0].GetInt32()), rules.Select(rule => rule.Id));
        for (var i = 0; i < rules.Count; i++)
        {
            Assert.Equal(expected[i][1].GetString(), rules[i].SamplingValue.Type.ToString(), ignoreCase: true);
            Assert.Equal(expected[i][2].GetDouble(), rules[i].SamplingValue.Value!.Value, Vector.GetProperty("tolerance").GetDouble());
        }
    }

    [Fact]
    public void Generate_Everything_IsInOrderWithTypesAndConditions()
    {
        var rules = RulesGenerator.Generate(Everything, Now).Rules;

        Assert.Equal(
            [
                """3007 transaction reservoir {"op":"eq","name":"trace.x","value":["y"]} 10:00-11:00""",
                """2000 transaction sampleRate {"op":"eq","name":"event.transaction","value":["fixed"]}""",
                """1002 transaction sampleRate {"op":"glob","name":"event.transaction","value":["*healthcheck*","*heartbeat*","*/health","*/healthz","*/healthy","*/live","*/livez","*/ready","*/readyz"]}""",
                """1005 trace sampleRate {"op":"not","inner":{"op":"eq","name":"trace.replay_id","value":null}}""",
                """1001 trace sampleRate {"op":"glob","name":"trace.environment","value":["*debug*","*dev*","*local*","*qa*","*test*"]}""",
                """1004 trace factor {"op":"and","inner":[]}""",
                """1500 trace factor {"op":"and","inner":[{"op":"eq","name":"trace.release","value":["2.0"]},{"op":"eq","name":"trace.environment","value":["prod"]}]} 10:00-11:00 to 1""",
                """1501 trace factor {"op":"and","inner":[{"op":"eq","name":"trace.release","value":["1.0"]},{"op":"eq","name":"trace.environment","value":null}]} 09:30-10:30 to 1""",
                """1400 trace factor {"op":"eq","name":"trace.transaction","value":["large"],"options":{"ignoreCase":true}}""",
                """1401 trace factor {"op":"eq","name":"trace.transaction","value":["small"],"options":{"ignoreCase":true}}""",
                """1402 trace factor {"op":"and","inner":[]}""",
                """1006 trace minimumSampleRate {"op":"and","inner":[]}""",
                """1000 trace sampleRate {"op":"and","inner":[]}""",
            ],
            rules.Select(Describe));
        Assert.Equal(50, rules[0].SamplingValue.Limit);
        double[] expected = [0.4, 0.03, 1, 1, 0.5, 1.440396751188327, 1.440396751188327, 0.4, 16, 0.5, 0.03, 0.1];
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], rules[i + 1].SamplingValue.Value!.Value, 1e-12);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Generate_AllOrNothing_OnlyWhatUsersMadeAndTheUniformRate(double rate) =>
        Assert.Equal([3007, 2000, 1000], Ids(Everything with { BaseRate = rate }));

    [Theory]
    [InlineData(Bias.None, new[] { 2000, 1000 })]
    [InlineData(Bias.CustomRules, new[] { 3007, 2000, 1000 })]
    [InlineData(Bias.HealthChecks, new[] { 2000, 1002, 1000 })]
    [InlineData(Bias.Replays, new[] { 2000, 1005, 1000 })]
    [InlineData(Bias.Environments, new[] { 2000, 1001, 1000 })]
    [InlineData(Bias.Recalibration, new[] { 2000, 1004, 1000 })]
    [InlineData(Bias.LatestReleases, new[] { 2000, 1500, 1501, 1000 })]
    [InlineData(Bias.Transactions, new[] { 2000, 1400, 1401, 1402, 1000 })]
    [InlineData(Bias.MinimumSampleRate, new[] { 2000, 1006, 1000 })]
    public void Generate_OneBias_IsTheOnlyOne(Bias biases, int[] expected) => Assert.Equal(expected, Ids(Everything with { Biases = biases }));

    [Fact]
    public void Generate_NothingToSay_LeavesRulesOut()
    {
        var inputs = new RuleInputs { BaseRate = 0.1, Factor = 1 + 1e-12, ImplicitRate = 0.1 * (1 - 1e-12), Transactions = [new("a", 0.1, 1)] };

        Assert.Equal([1002, 1005, 1001, 1000], Ids(inputs));
        Assert.Equal([1002, 1005, 1001, 1000], Ids(inputs with { ImplicitRate = null, Transactions = [] }));
    }

    [Fact]
    public void Generate_FactorOfOneBetween_LeavesNoGap()
    {
        var inputs = Transactions(0.1, 0.05, new("a", 0.2, 3), new("b", 0.05, 2), new("c", 0.4, 1));

        Assert.Equal([1400, 1401, 1402, 1000], Ids(inputs));
        Assert.Equal([4, 8, 0.5, 0.1], Values(inputs));
    }

    [Fact]
    public void Generate_NoExplicitNames_TheImplicitRateIsForAll() => Assert.Equal([0.5, 0.1], Values(Transactions(0.1, 0.05)));

    [Fact]
    public void Generate_ManyTransactions_TheLargestAreWritten()
    {
        // Two of each volume, so that names decide as well.
        NamedRate[] named = [.. Enumerable.Range(0, 150).Select(i => new NamedRate($"t{i:000}", 0.5, i / 2))];

        var rules = RulesGenerator.Generate(Transactions(0.1, 0.05, named), Now).Rules;

        Assert.Equal(
            named.OrderByDescending(item => item.Volume).ThenBy(item => item.Name, StringComparer.Ordinal).Take(99).Select(item => item.Name),
            rules.Select(rule => rule.Condition).OfType<EqCondition>().Select(condition => Assert.Single(condition.Values!)));
        Assert.Equal([1498, 1499, 1000], rules.Select(rule => rule.Id).TakeLast(3));
    }

    [Theory]
    [InlineData(1000, "uniform")]
    [InlineData(1001, "environments")]
    [InlineData(1002, "healthChecks")]
    [InlineData(1004, "recalibration")]
    [InlineData(1005, "replays")]
    [InlineData(1006, "minimumSampleRate")]
    [InlineData(1400, "transactions")]
    [InlineData(1499, "transactions")]
    [InlineData(1500, "latestReleases")]
    [InlineData(1509, "latestReleases")]
    [InlineData(2000, "pins")]
    [InlineData(2999, "pins")]
    [InlineData(3000, "customRules")]
    [InlineData(4999, "customRules")]
    public void SourceOf_EveryKind_IsTold(int id, string source) => Assert.Equal(source, RuleIds.SourceOf(id));

    [Theory]
    [InlineData(0.0, 0.3)]
    [InlineData(1e-12, 0.3)]
    [InlineData(0.05, 0.3)]
    public void Generate_SmallImplicitRate_EveryNameStillGetsItsOwn(double implicitRate, double rate)
    {
        var document = RulesGenerator.Generate(Transactions(0.1, implicitRate, new("a", rate, 3), new("b", 0.1, 2), new("c", 0, 1)), Now);

        Assert.Equal(rate, Rate(document, "a"), 1e-12);
        Assert.Equal(0.1, Rate(document, "B"), 1e-12);
        Assert.Equal(0, Rate(document, "c"));
        Assert.Equal(implicitRate, Rate(document, "other"), 1e-15);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.05)]
    public void Generate_NamesThatDifferInCase_DoNotGetTheFactorsOfEachOther(double implicitRate)
    {
        var document = RulesGenerator.Generate(
            Transactions(0.1, implicitRate, new("Get", 0.3, 3), new("GET", 0.2, 2), new("Put", 0.4, 1)), Now);

        Assert.Equal(0.3, Rate(document, "Get"), 1e-12);
        Assert.Equal(0.2, Rate(document, "GET"), 1e-12);
        Assert.Equal(implicitRate, Rate(document, "get"), 1e-12);
        Assert.Equal(0.4, Rate(document, "PUT"), 1e-12);
    }

    [Fact]
    public void Generate_Releases_TheNewestTenThatAreNotAdopted()
    {
        ActiveRelease[] releases =
        [
            new("adopted", null, Now - Hour, Hour),
            new("at once", null, Now, TimeSpan.Zero),
            .. Enumerable.Range(0, 12).Select(i => new ActiveRelease($"r{i}", null, Now - TimeSpan.FromMinutes(12 - i), Hour)),
        ];

        var rules = RulesGenerator.Generate(new() { BaseRate = 0.1, Biases = Bias.LatestReleases, Releases = releases }, Now).Rules;

        Assert.Equal(Enumerable.Range(1500, 10).Append(1000), rules.Select(rule => rule.Id));
        Assert.Equal(
            Enumerable.Range(2, 10).Reverse().Select(i => $"r{i}"),
            rules.Select(rule => rule.Condition).OfType<AndCondition>().Where(condition => condition.Inner.Count > 0)
                .Select(condition => Assert.Single(((EqCondition)condition.Inner[0]).Values!)));
    }

    [Fact]
    public void Generate_ReleaseThatIsThereTwice_HasItsFactorOnce()
    {
        ActiveRelease[] releases = [new("a", null, Now - (Hour / 2), Hour), new("a", null, Now, Hour), new("a", "prod", Now, Hour)];

        var document = RulesGenerator.Generate(new() { BaseRate = 0.1, Biases = Bias.LatestReleases, Releases = releases }, Now);

        Assert.Equal([1500, 1501, 1000], document.Rules.Select(rule => rule.Id));
        Assert.Equal(0.1440396751188327, RulesEvaluator.Rate(document, new TraceFields { Release = "a" }, Now)!.Value, 1e-12);
    }

    [Fact]
    public void Generate_CustomRules_OnesThatEndedAreLeftOut() => Assert.Equal([3001, 3000, 1000], Ids(new()
    {
        BaseRate = 1,
        CustomRules =
        [
            new(1, RuleCondition.Always, 1, Now.AddHours(1), Now.AddHours(2)),
            new(2, RuleCondition.Always, 1, Now.AddHours(-1), Now),
            new(0, RuleCondition.Always, 1, Now.AddHours(-1), Now.AddTicks(1)),
        ],
    }));

    [Theory]
    [InlineData(null, 0.0, Bias.All, 0.02)]
    [InlineData(null, 0.03, Bias.All, 0.03)]
    [InlineData(null, 0.03, Bias.HealthChecks, 0.02)]
    [InlineData(0.5, 0.03, Bias.All, 0.5)]
    [InlineData(0.0, 0.03, Bias.All, 0.03)]
    [InlineData(0.0, 0.0, Bias.All, 0.0)]
    public void Generate_HealthChecks_AreAtLeastAtTheFloor(double? rate, double floor, Bias biases, double expected)
    {
        var rules = RulesGenerator.Generate(new() { BaseRate = 0.1, Biases = biases, Floor = floor, HealthCheckRate = rate }, Now).Rules;

        Assert.Equal(expected, Assert.Single(rules, rule => rule.Id == 1002).SamplingValue.Value!.Value, 1e-12);
    }

    [Fact]
    public void Generate_PinForAll_HasNoName()
    {
        var document = RulesGenerator.Generate(Everything with { Pins = [new("a", 0.9), new(null, 0.7)] }, Now);

        Assert.Equal(0.9, Rate(document, "a"));
        Assert.Equal(0.7, Rate(document, "/health"));
    }

    public static TheoryData<Bias, RuleInputs, string> Failures => new()
    {
        { Bias.CustomRules, Everything with { CustomRules = [new(0, RuleCondition.Always, 1, Now, Now + Hour), new(2000, RuleCondition.Always, 1, Now, Now + Hour)] }, "from 0 to 1999" },
        { Bias.CustomRules, Everything with { CustomRules = [new(1, RuleCondition.Always, 1, Now, Now + Hour), new(1, RuleCondition.Always, 1, Now, Now + Hour)] }, "1 comes twice" },
        { Bias.CustomRules, Everything with { CustomRules = [new(1, null!, 1, Now, Now + Hour)] }, "no condition" },
        { Bias.CustomRules, Everything with { CustomRules = [new(1, RuleCondition.Always, 0, Now, Now + Hour)] }, "samples" },
        { Bias.CustomRules, Everything with { CustomRules = [new(1, RuleCondition.Always, 1, Now + Hour, Now + Hour)] }, "end after its start" },
        { Bias.None, Everything with { Pins = [new("a", 0.5), new("b", 1.5)] }, "'b'" },
        { Bias.None, Everything with { Pins = [.. Enumerable.Repeat(new PinnedRate(null, 1), 1001)] }, "1000" },
        { Bias.HealthChecks, Everything with { HealthCheckRate = 2 }, "HealthCheckRate" },
        { Bias.Recalibration, Everything with { Factor = double.NaN }, "factor" },
        { Bias.Recalibration, Everything with { Factor = -1 }, "factor" },
        { Bias.LatestReleases, Everything with { Releases = [new("a", null, Now, TimeSpan.MaxValue)] }, "" },
        { Bias.LatestReleases, Everything with { Releases = [new(null!, null, Now, Hour)] }, "no name" },
        { Bias.Transactions, Everything with { Transactions = [new("a", 0.5, 1), new("b", double.NaN, 1)] }, "'b'" },
        { Bias.Transactions, Everything with { Transactions = [new("a", 0.5, 1), new("a", 0.6, 1)] }, "'a' comes twice" },
        { Bias.Transactions, Everything with { Transactions = [new(null!, 0.5, 1)] }, "no name" },
        { Bias.Transactions, Everything with { ImplicitRate = double.NaN }, "ImplicitRate" },
        { Bias.Transactions, Everything with { BaseRate = double.Epsilon }, "too small" },
        { Bias.Transactions, Everything with { Transactions = null! }, "" },
    };

    [Theory]
    [MemberData(nameof(Failures), DisableDiscoveryEnumeration = true)]
    public void Generate_BiasThatFails_IsReportedAndTheRestIsServed(Bias bias, RuleInputs inputs, string culprit)
    {
        var failures = new List<(Bias Bias, Exception Exception)>();

        var rules = RulesGenerator.Generate(inputs, Now, (failed, exception) => failures.Add((failed, exception))).Rules;

        var (failed, exception) = Assert.Single(failures);
        Assert.Equal(bias, failed);
        Assert.Contains(culprit, exception.Message, StringComparison.Ordinal);
        var without = RulesGenerator.Generate(
            (bias == Bias.None ? Everything with { Pins = [] } : Everything) with { Biases = Bias.All & ~bias, BaseRate = inputs.BaseRate }, Now);
        Assert.Equal(without.Rules.Select(Describe), rules.Select(Describe));
        Assert.Equal(rules.Count, RulesGenerator.Generate(inputs, Now).Rules.Count);
    }

    [Fact]
    public void Generate_FloorThatIsNone_FailsWhereItIsUsed()
    {
        var failures = new List<Bias>();

        RulesGenerator.Generate(Everything with { Floor = 1.5 }, Now, (bias, _) => failures.Add(bias));

        Assert.Equal([Bias.HealthChecks, Bias.MinimumSampleRate], failures);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Generate_BaseRateThatIsNone_IsRefused(double rate)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => RulesGenerator.Generate(new() { BaseRate = rate }, Now));

        Assert.Contains("BaseRate must be from 0 to 1", exception.Message, StringComparison.Ordinal);
    }

    private static string Describe(SamplingRule rule)
    {
        var json = JsonSerializer.SerializeToElement(rule, JsonSerializerOptions.Web);
        var range = rule.TimeRange is { } time ? $" {time.Start:HH:mm}-{time.End:HH:mm}" : "";
        var decay = rule.DecayingFn is { } decaying ? $" to {decaying.DecayedValue}" : "";
        return $"{rule.Id} {json.GetProperty("type")} {json.GetProperty("samplingValue").GetProperty("type")} {json.GetProperty("condition")}{range}{decay}";
    }

    private static RuleInputs Transactions(double rate, double implicitRate, params NamedRate[] named) =>
        new() { BaseRate = rate, Biases = Bias.Transactions, ImplicitRate = implicitRate, Transactions = named };

    private static IEnumerable<int> Ids(RuleInputs inputs) => RulesGenerator.Generate(inputs, Now).Rules.Select(rule => rule.Id);

    private static IEnumerable<double> Values(RuleInputs inputs) =>
        RulesGenerator.Generate(inputs, Now).Rules.Select(rule => Math.Round(rule.SamplingValue.Value!.Value, 12));

    private static double Rate(RulesDocument document, string transaction) =>
        RulesEvaluator.Rate(document, new TraceFields { Transaction = transaction }, Now)!.Value;
}
