using DynamicSampling.Simulation;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tests.Simulation;

/// <summary>The quality criteria of the control loop; the simulation itself plays more.</summary>
public sealed class QualityTests
{
    [Theory]
    [InlineData("steady")]
    [InlineData("step-volume")]
    [InlineData("step-mix")]
    [InlineData("disobedience")]
    public async Task Play_WhateverTheLag_SettlesAndSpendsTheBudgetWithoutSwinging(string scenario)
    {
        await AssertGoodAsync(Scenarios.Find(scenario), Clients.Lag0);
        await AssertGoodAsync(Scenarios.Find(scenario), Clients.Lag1);
        await AssertGoodAsync(Scenarios.Find(scenario), Clients.Lag2);
    }

    [Theory]
    [InlineData("step-mix", 0)]
    [InlineData("step-mix", 30)]
    [InlineData("disobedience", 30)]
    [InlineData("spike", 0)]
    [InlineData("coming-and-going", 0)]
    [InlineData("late-spans", 0)]
    [InlineData("luck", 0)]
    public Task Play_ClientsPollAtMomentsOfTheirOwn_IsAsGood(string scenario, int secondOfPass) =>
        AssertGoodAsync(Scenarios.Find(scenario), Clients.Mixed, secondOfPass);

    [Theory]
    [InlineData("step-mix")]
    [InlineData("disobedience")]
    public Task Play_ClientsAsLateAsTheyMayBe_IsAsGood(string scenario) =>
        AssertGoodAsync(Scenarios.Find(scenario), Clients.Together(ControlLoop.ClientLag));

    [Theory]
    [InlineData("step-mix")]
    [InlineData("disobedience")]
    public Task Play_ModeProject_IsAsGood(string scenario) =>
        AssertGoodAsync(Scenarios.Find(scenario) with { Mode = SamplingMode.Project }, Clients.Mixed);

    [Fact]
    public async Task Play_FewTraces_ChanceIsNotTakenForDisobedience()
    {
        var ours = await Play.OfAsync(Scenarios.Find("few-traces"), Clients.Lag1);
        var none = await Play.OfAsync(Scenarios.Find("few-traces"), Clients.Lag1, Controller.None);

        Assert.Empty(ours.Quality.Failures());
        // Chance alone scatters; the factor adds next to nothing.
        Assert.InRange(ours.Quality.Scatter, 0, 1.15 * none.Quality.Scatter);
    }

    [Fact]
    public async Task Play_Reference_SwingsWithALag()
    {
        var play = await Play.OfAsync(Scenarios.Find("step-mix"), Clients.Lag1, Controller.Reference);

        // The criteria can be failed.
        Assert.Null(Assert.Single(play.Quality.SettlingCycles));
        Assert.True(play.Quality.SignChanges > 5);
        Assert.Equal(3, play.Quality.Failures().Count());
    }

    private static async Task AssertGoodAsync(Scenario scenario, Clients clients, int secondOfPass = 0)
    {
        var play = await Play.OfAsync(scenario, clients, secondOfPass: secondOfPass);

        Assert.Empty(play.Quality.Failures().Select(failure => $"{play.Name}: {failure}"));
    }
}
