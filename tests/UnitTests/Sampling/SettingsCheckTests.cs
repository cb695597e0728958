using DynamicSampling.Tasks.Models;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tests.Sampling;

public class SettingsCheckTests
{
    public static TheoryData<OrganizationSettings, string> BadSettings() => new()
    {
        { new() { TargetSampleRate = 1.5 }, "targetSampleRate must be from 0 to 1, but is 1.5." },
        { new() { TargetSampleRate = double.NaN }, "targetSampleRate must be from 0 to 1, but is NaN." },
        { new() { MinimumSampleRate = -0.1 }, "minimumSampleRate must be from 0 to 1, but is -0.1." },
        { new() { Intensity = 2 }, "intensity must be from 0 to 1, but is 2." },
        { new() { MonthlyBudget = -1 }, "monthlyBudget must be from 0 to 1000000000000000, but is -1." },
        { new() { MonthlyBudget = double.PositiveInfinity }, "monthlyBudget must be from 0 to 1000000000000000" },
        { new() { Mode = (SamplingMode)7 }, "mode must be organization or project." },
        { new() { Tiers = [] }, "tiers must not be empty" },
        { new() { Tiers = [null!] }, "tiers[0] must be an object" },
        { new() { Tiers = [new(0, 0.5)] }, "tiers[0].monthlyVolume must be more than 0" },
        { new() { Tiers = [new(10, 0.5), new(10, 0.4)] }, "tiers[1].monthlyVolume must be more than that of the tier before, 10, but is 10: tiers ascend." },
        { new() { Tiers = [new(10, 0.5), new(20, 1.4)] }, "tiers[1].rate must be from 0 to 1, but is 1.4." },
        { new() { Tiers = [.. Enumerable.Range(1, 101).Select(i => new VolumeTier(i, 0.5))] }, "tiers must be 100 at most, but are 101." },
        { new() { Pins = [null!] }, "pins[0] must be an object" },
        { new() { Pins = [new("", Always: true)] }, "pins[0].project must not be empty." },
        { new() { Pins = [new("p", "..", Always: true)] }, "pins[0].transaction must not be '.' or '..'." },
        { new() { Pins = [new("p")] }, "pins[0] must have either always, which is true, or maximumSampleRate." },
        { new() { Pins = [new("p", Always: true, MaximumSampleRate: 0.5)] }, "pins[0] must have either always" },
        { new() { Pins = [new("p", MaximumSampleRate: 2)] }, "pins[0].maximumSampleRate must be from 0 to 1, but is 2." },
        { new() { Pins = [new("p", Always: true), new("p", MaximumSampleRate: 0.5)] }, "pins[1] is about the same as an earlier one: project 'p'." },
        { new() { Pins = [new("p", "t", Always: true), new("p", "t", Always: true)] }, "pins[1] is about the same as an earlier one: transaction 't' of project 'p'." },
        { new() { Pins = [.. Enumerable.Range(0, 1001).Select(i => new Pin($"p{i}", Always: true))] }, "pins must be 1000 at most, but are 1001." },
    };

    [Theory]
    [MemberData(nameof(BadSettings))]
    public void Of_BadOrganizationSettings_NamesTheMember(OrganizationSettings settings, string problem) =>
        Assert.StartsWith(problem, SettingsCheck.Of(settings), StringComparison.Ordinal);

    [Fact]
    public void Problems_Several_NameEachMember()
    {
        var problems = SettingsCheck.Problems(new OrganizationSettings
        {
            TargetSampleRate = 1.5, MonthlyBudget = -1, Tiers = [new(0, 2), null!, new(5, 0.5)], Pins = [new("..", "", Always: true)], Mode = (SamplingMode)7,
        }).ToList();

        Assert.Equal(
            ["targetSampleRate", "monthlyBudget", "tiers[0].monthlyVolume", "tiers[0].rate", "tiers[1]", "pins[0].project", "pins[0].transaction", "mode"],
            problems.Select(problem => problem.Member));
        Assert.Equal([1.5, 2.0], problems.Where(problem => problem.Share is not null).Select(problem => problem.Share!.Value));
    }

    [Fact]
    public void Of_BadProjectSettings_NamesTheMember()
    {
        Assert.Equal("targetSampleRate must be from 0 to 1, but is -1.", SettingsCheck.Of(new ProjectSettings { TargetSampleRate = -1 }));
        Assert.Equal("minimumSampleRate must be from 0 to 1, but is 2.", SettingsCheck.Of(new ProjectSettings { MinimumSampleRate = 2 }));
        Assert.Equal("intensity must be from 0 to 1, but is NaN.", SettingsCheck.Of(new ProjectSettings { Intensity = double.NaN }));
    }

    [Fact]
    public void Of_LimitsThemselves_AreGood()
    {
        Assert.Null(SettingsCheck.Of(new OrganizationSettings()));
        Assert.Null(SettingsCheck.Of(new ProjectSettings()));
        Assert.Null(SettingsCheck.Of(new OrganizationSettings
        {
            Mode = SamplingMode.Project,
            TargetSampleRate = 0,
            MinimumSampleRate = 1,
            Intensity = 0,
            MonthlyBudget = 1e15,
            Tiers = [.. Enumerable.Range(1, 100).Select(i => new VolumeTier(i, 1))],
            Pins = [.. Enumerable.Range(0, 998).Select(i => new Pin($"p{i}", Always: true)), new("q", MaximumSampleRate: 0), new("q", "t", MaximumSampleRate: 1)],
        }));
    }
}
