using DynamicSampling.Dashboard.Services;
using DynamicSampling.Tasks.Sampling.Rules;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace DynamicSampling.Tests.Dashboard.Services;

public sealed class TraceQuestionTests
{
    private static readonly RulesDocument Rules = RulesGenerator.Generate(
        new()
        {
            BaseRate = 0.1,
            Factor = 2,
            ImplicitRate = 0.1,
            Floor = 0.02,
            Transactions = [new("GET /", 0.05, 1000), new("GET /rare", 0.9, 1), new("GET /loud", 0.001, 1)],
            CustomRules = [new(3, new EqCondition("trace.user", ["17"]), Samples: 10, Rendered.Now.AddHours(-1), Rendered.Now.AddHours(1))],
        },
        Rendered.Now);

    [Fact]
    public void Answer_NotAsked_IsNone() => Assert.Null(Of("?q=x").Answer(Rules, Rendered.Now));

    [Fact]
    public void Answer_Trace_IsToldStepByStep()
    {
        var answer = Of("?transaction=+GET+/+&environment=&release=&replay=&fields=").Answer(Rules, Rendered.Now)!;

        Assert.Equal(0.1, answer.Rate!.Value, 1e-12);
        Assert.Equal(
            [
                "Recalibration (every trace) multiplies by 2.00",
                "Transactions (traces whose transaction is “GET /”) multiplies by 0.500",
                "Minimum rate (every trace) keeps 2.00 % at least",
                "Rate of the service (every trace) decides: 10.0 %",
            ],
            answer.Steps.Select(step => $"{step.Source} ({step.Who}) {step.Effect}"));
        Assert.Null(answer.Afterwards);
    }

    [Theory]
    [InlineData("GET /rare", 1, "decides: 10.0 % × 18.0 = 180 %, but not more than 100 %")]
    [InlineData("GET /loud", 0.02, "decides: 10.0 % × 0.02 = 0.200 %, but 2.00 % at least")]
    [InlineData("GET /other", 0.2, "decides: 10.0 % × 2.00 = 20.0 %")]
    [InlineData("GET /health", 0.02, "decides: 2.00 %")]
    public void Answer_Bounds_AreSaid(string transaction, double rate, string effect)
    {
        var answer = Of("?transaction=" + Uri.EscapeDataString(transaction)).Answer(Rules, Rendered.Now)!;

        Assert.Equal(rate, answer.Rate!.Value, 1e-12);
        Assert.Equal(effect, answer.Steps[^1].Effect);
    }

    [Fact]
    public void Answer_CustomRule_SaysWhatComesWhenItIsFull()
    {
        var answer = Of("?transaction=GET+/other&fields=%0D%0Atrace.user+%3D+17%0D%0Aevent.level=a=b").Answer(Rules, Rendered.Now)!;

        Assert.Equal((1.0, 0.2), (answer.Rate!.Value, Math.Round(answer.Afterwards!.Value, 12)));
        Assert.Equal("takes it whole, as long as it has room", Assert.Single(answer.Steps).Effect);
    }

    [Theory]
    [InlineData("user=17", "“user” is no attribute")]
    [InlineData("=17", "“=17” has no name and value")]
    [InlineData("trace.user=1\nnothing", "“nothing” has no name and value")]
    public void Problem_FieldsThatCannotBeRead_AreNamed(string fields, string expected)
    {
        var question = Of("?transaction=x&fields=" + Uri.EscapeDataString(fields));

        Assert.Contains(expected, question.Problem, StringComparison.Ordinal);
        Assert.Equal(fields, question.Others);
        Assert.Null(question.Answer(Rules, Rendered.Now));
    }

    [Fact]
    public void Problem_TooManyFields_IsOne() =>
        Assert.NotNull(Of("?transaction=&fields=" + Uri.EscapeDataString(string.Concat(Enumerable.Repeat("trace.a=1\n", 101)))).Problem);

    private static TraceQuestion Of(string address) => TraceQuestion.Of(new QueryCollection(QueryHelpers.ParseQuery(address)));
}
