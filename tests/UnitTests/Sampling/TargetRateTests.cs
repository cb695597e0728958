using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tests.Sampling;

public class TargetRateTests
{
    private static readonly SamplingOptions Options = new() { DefaultTargetSampleRate = 0.3 };

    private static readonly OrganizationSettings All = new() { TargetSampleRate = 0.7, Tiers = [new(100, 1), new(200, 0.5)], MonthlyBudget = 50 };

    [Fact]
    public void Of_FirstThatThereIs_Counts()
    {
        Assert.Equal(new(0.7, TargetSource.Setting), TargetRate.Of(All, 150, Options));
        Assert.Equal(new(0.5, TargetSource.Tier, 150), TargetRate.Of(All with { TargetSampleRate = null }, 150, Options));
        Assert.Equal(new(0.25, TargetSource.Budget, 200), TargetRate.Of(All with { TargetSampleRate = null, Tiers = null }, 200, Options));
        Assert.Equal(new(0.3, TargetSource.Default), TargetRate.Of(new(), 200, Options));
        Assert.Equal(new(0.3, TargetSource.Default), TargetRate.Of(settings: null, 200, Options));
    }

    [Fact]
    public void Of_VolumeUnknown_TiersAndBudgetArePassedOver()
    {
        Assert.Equal(new(0.3, TargetSource.Default), TargetRate.Of(All with { TargetSampleRate = null }, monthlyVolume: null, Options));
        Assert.Equal(new(0.7, TargetSource.Setting), TargetRate.Of(All, monthlyVolume: null, Options));
    }

    [Fact]
    public void Of_NoVolume_IsTheFirstTierAndAllOfABudget()
    {
        Assert.Equal(new(1, TargetSource.Tier, 0), TargetRate.Of(All with { TargetSampleRate = null }, 0, Options));
        Assert.Equal(new(1, TargetSource.Budget, 0), TargetRate.Of(new() { MonthlyBudget = 0 }, 0, Options));
        Assert.Equal(new(0, TargetSource.Budget, 1), TargetRate.Of(new() { MonthlyBudget = 0 }, 1, Options));
    }

    [Fact]
    public void FollowsVolume_TiersOrBudgetWithoutOwnTarget()
    {
        Assert.False(TargetRate.FollowsVolume(settings: null));
        Assert.False(TargetRate.FollowsVolume(new()));
        Assert.False(TargetRate.FollowsVolume(All));
        Assert.True(TargetRate.FollowsVolume(new() { MonthlyBudget = 0 }));
        Assert.True(TargetRate.FollowsVolume(new() { Tiers = [new(1, 1)] }));
    }
}
