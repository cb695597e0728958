using System.Text.Json;
using System.Text.RegularExpressions;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.Sampling.Rules;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace DynamicSampling.Tests.Sampling.Rules;

/// <summary>What holds for every input; the seed is fixed, so a failure repeats.</summary>
public sealed class RulesProperties
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    private static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(10_000).WithQuietOnSuccess(true)
        .WithReplay(FSharpOption<Replay>.Some(new(new Rnd(20_261_122, 20_261_123), FSharpOption<int>.None)));

    // Strictly between 0 and 1, also close to both.
    private static readonly Gen<double> Inside = Gen.OneOf(
        Gen.Choose(1, 999).Select(rate => rate / 1_000.0),
        Gen.Choose(1, 999).Select(rate => rate / 1e8),
        Gen.Choose(1, 999).Select(rate => 1 - (rate / 1e8)));

    private static readonly Gen<double> Rate = Gen.OneOf(Inside, Inside, Gen.Elements(0.0, 1.0, 1e-12, 1e-300, double.Epsilon));

    private static readonly Gen<string> Name =
        from length in Gen.Choose(0, 3)
        from letters in Gen.ArrayOf(Gen.Elements("a", "B", "é", "/", " ", "/health", "live", "HEARTBEAT", "ready", "z"), length)
        select string.Concat(letters);

    private static readonly Gen<Case> Cases =
        from rate in Inside
        from implicitRate in Gen.OneOf(Rate.Select(value => (double?)value), Gen.Constant((double?)null))
        from factor in Gen.OneOf(Gen.Constant(1.0), Gen.Choose(100, 10_000).Select(value => value / 1_000.0))
        from floor in Gen.OneOf(Gen.Constant(0.0), Inside)
        from names in Gen.ListOf(Name)
        from rates in Gen.ArrayOf(Rate, 100)
        from volumes in Gen.ArrayOf(Gen.Choose(0, 50), 100)
        from other in Name
        select new Case(
            new()
            {
                BaseRate = rate,
                ImplicitRate = implicitRate,
                Factor = factor,
                Floor = floor,
                Transactions =
                    [.. names.Distinct(StringComparer.OrdinalIgnoreCase).Take(100).Select((name, i) => new NamedRate(name, rates[i], volumes[i]))],
            },
            other);

    private static readonly Gen<string> Text =
        from letters in Gen.ListOf(Gen.Elements("a", "A", "b", "é", "É", ".", "\\", "[", "\n", "ab"))
        select string.Concat(letters);

    private static readonly Gen<string> Pattern =
        from letters in Gen.ListOf(Gen.Elements("a", "B", "é", ".", "\\", "[", "*", "*", "?", "ab"))
        select string.Concat(letters);

    [Fact]
    public void Rate_ExplicitName_IsItsOwnRateTimesTheFactor() => Check(Cases, given =>
    {
        var document = RulesGenerator.Generate(given.Inputs, Now, Rethrow);
        foreach (var transaction in given.Inputs.Transactions.Where(item => !HealthChecks.IsHealthCheck(item.Name)))
            AssertRate(document, transaction.Name, transaction.Rate * given.Inputs.Factor, given.Inputs.Floor);
    });

    [Fact]
    public void Rate_AnyOtherName_IsTheImplicitRateTimesTheFactor() => Check(Cases, given =>
    {
        if (given.Names.Contains(given.Other, StringComparer.OrdinalIgnoreCase) || HealthChecks.IsHealthCheck(given.Other))
            return;
        var rate = given.Inputs.ImplicitRate ?? given.Inputs.BaseRate;
        AssertRate(RulesGenerator.Generate(given.Inputs, Now, Rethrow), given.Other, rate * given.Inputs.Factor, given.Inputs.Floor);
    });

    [Fact]
    public void Rate_HealthCheck_IsAFifthOfTheBaseOrTheFloor() => Check(Cases, given =>
    {
        var document = RulesGenerator.Generate(given.Inputs, Now, Rethrow);
        var checks = given.Names.Append(given.Other).Append("/health").Where(name => HealthChecks.IsHealthCheck(name));
        Assert.All(checks, name => Assert.Equal(Math.Max(given.Inputs.BaseRate / 5, given.Inputs.Floor), RateOf(document, name)));
    });

    [Fact]
    public void Rate_AnyTrace_IsAsEvaluateHasIt() => Check(Cases, given =>
    {
        var document = RulesGenerator.Generate(given.Inputs, Now, Rethrow);
        foreach (var name in given.Names.Append(given.Other))
        {
            var fields = new TraceFields { Transaction = name };
            var evaluation = RulesEvaluator.Evaluate(document, fields, Now);
            Assert.Equal(evaluation.Rate, RulesEvaluator.Rate(document, fields, Now));
            Assert.InRange(evaluation.Rate!.Value, 0, 1);
            Assert.Contains(evaluation.Rules[^1].Id, new[] { 1000, 1002 });
        }
    });

    // Also with base rates at the end of a double's range, where a bias may have to be left out.
    [Fact]
    public void Generate_AnyInput_ValuesAreFiniteAndSurviveJson() => Check(
        from given in Cases
        from rate in Rate
        from factor in Gen.OneOf(Rate, Gen.Elements(double.MaxValue, double.NaN, double.PositiveInfinity, -1.0))
        select new Case(given.Inputs with { BaseRate = rate, Factor = factor }, given.Other),
        given =>
        {
            var document = RulesGenerator.Generate(given.Inputs, Now);
            Assert.All(document.Rules, rule => Assert.True(rule.SamplingValue.Value is >= 0 and <= double.MaxValue));
            Assert.Equal(document.Rules.Count, document.Rules.Select(rule => rule.Id).Distinct().Count());
            var json = JsonSerializer.Serialize(document, JsonSerializerOptions.Web);
            var back = JsonSerializer.Deserialize<RulesDocument>(json, JsonSerializerOptions.Web)!;
            Assert.Equal(json, JsonSerializer.Serialize(back, JsonSerializerOptions.Web));
            Assert.Equal(RateOf(document, given.Other), RateOf(back, given.Other));
        });

    [Fact]
    public void Glob_AnyPattern_MatchesAsARegexDoes() => Check(
        from pattern in Pattern
        from text in Text
        select (pattern, text),
        given => Assert.Equal(RegexOf(given.pattern).IsMatch(given.text), Glob.IsMatch(given.pattern, given.text)));

    // Random texts seldom match: here the text is made from the pattern.
    [Fact]
    public void Glob_TextMadeFromThePattern_Matches() => Check(
        from pattern in Pattern
        from runs in Gen.ArrayOf(Text, 64)
        select (pattern, runs),
        given =>
        {
            var text = string.Concat(given.pattern.Take(64).Select((letter, i) => letter switch
            {
                '*' => given.runs[i],
                '?' => "x",
                _ => (i % 2 == 0 ? char.ToUpperInvariant(letter) : char.ToLowerInvariant(letter)).ToString(),
            }));
            Assert.True(Glob.IsMatch(new string([.. given.pattern.Take(64)]), text));
        });

    [Fact]
    public void IsHealthCheck_AnyName_IsAsTheConditionSays() => Check(Name, name => Assert.Equal(
        HealthChecks.Condition.Matches(new TraceFields { Transaction = name }), HealthChecks.IsHealthCheck(name)));

    [Fact]
    public void Check_PropertyThatDoesNotHold_Fails() =>
        Assert.ThrowsAny<Exception>(() => Check(Name, name => Assert.False(HealthChecks.IsHealthCheck(name))));

    private static Regex RegexOf(string pattern) => new(
        $"\\A{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal)}\\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking);

    // Up to four factors of 1 within 1e-9 are left out; the smallest doubles have no digits left.
    private static void AssertRate(RulesDocument document, string name, double product, double floor)
    {
        var expected = Math.Clamp(product, floor, 1);
        Assert.InRange(RateOf(document, name), (expected * (1 - 5e-9)) - 1e-300, (expected * (1 + 5e-9)) + 1e-300);
    }

    private static double RateOf(RulesDocument document, string name) =>
        RulesEvaluator.Rate(document, new TraceFields { Transaction = name }, Now)!.Value;

    private static void Rethrow(Bias bias, Exception exception) => throw exception;

    private static void Check<T>(Gen<T> cases, Action<T> property) => Prop.ForAll(cases.ToArbitrary(), property).Check(Config);

    private sealed record Case(RuleInputs Inputs, string Other)
    {
        public IEnumerable<string> Names => Inputs.Transactions.Select(transaction => transaction.Name);
    }
}
