using DynamicSampling.Dashboard.Forms;
using DynamicSampling.Dashboard.Settings;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tests.Dashboard.Settings;

public sealed class SettingsFormTests
{
    public static TheoryData<OrganizationSettings> All() =>
    [
        new(),
        new() { Mode = SamplingMode.Project, TargetSampleRate = 0.07, MonthlyBudget = 1e15, MinimumSampleRate = 1.0 / 3, Intensity = 0 },
        new() { Tiers = [new(0.5, 1), new(1e6, 0.29), new(1e7, 0)] },
        new() { Biases = new() { HealthChecks = false, MinimumSampleRate = false } },
        new()
        {
            Pins =
            [
                new("a", Always: true), new(" a/b%<script> ", "POST /x \"y\"", MaximumSampleRate: 0.0123),
                new("c", MaximumSampleRate: 0, Until: Rendered.Now.AddMilliseconds(1)),
            ],
        },
    ];

    [Theory]
    [MemberData(nameof(All))]
    public void Read_FieldsOfSettings_AreTheVerySameSettings(OrganizationSettings settings)
    {
        var form = SettingsForm.Of(settings);
        form[SettingsForm.HasBiases] = "shown";
        var read = SettingsForm.Read(form);

        Assert.Empty(form.Problems);
        Assert.Equivalent(settings, read, strict: true);
    }

    [Fact]
    public void Read_EverythingIsWrong_NamesEachFieldOnceAndInOrder()
    {
        var form = new FormValues
        {
            ["pins[0].transaction"] = "t",
            ["pins[0].kind"] = "atMost",
            ["pins[1].project"] = "p",
            ["pins[1].until"] = "tomorrow",
            ["pins[2].project"] = "p",
            ["pins[2].maximumSampleRate"] = "5",
            ["mode"] = "both",
            ["intensity"] = "101",
            ["minimumSampleRate"] = "x",
            ["monthlyBudget"] = "-1",
            ["tiers[0].monthlyVolume"] = "10",
            ["tiers[3].monthlyVolume"] = "5",
            ["tiers[3].rate"] = "200",
            ["targetSampleRate"] = "-0.5",
        };
        SettingsForm.Read(form);

        Assert.Equal(
            [
                "targetSampleRate: Must be from 0 to 100 %, but is -0.5 %.",
                "tiers[0].rate: Fill in both, or neither.",
                "tiers[1].monthlyVolume: Must be more than that of the tier before, 10, but is 5: tiers ascend.",
                "tiers[1].rate: Must be from 0 to 100 %, but is 200 %.",
                "monthlyBudget: Must be from 0 to 1000000000000000, but is -1.",
                "mode: Must be organization or project.",
                "intensity: Must be from 0 to 100 %, but is 101 %.",
                "minimumSampleRate: Must be a number, such as 25 or 0.5.",
                "pins[0].maximumSampleRate: Say above which rate it is never served.",
                "pins[1].until: Must be a date and time in UTC, such as 2026-11-22T10:00.",
                "pins[2].kind: Either it is always kept, or there is a rate that it is never above.",
                "pins[0].project: Must not be empty.",
                "pins[2].project: Is about the same as an earlier one: project 'p'.",
            ],
            form.Problems.Select(problem => $"{problem.Field}: {problem.Text}"));
    }

    [Fact]
    public void Read_FormWithoutTheSwitches_SwitchesNothingOff()
    {
        Assert.Null(SettingsForm.Read(new FormValues { ["targetSampleRate"] = "5" }).Biases);
        Assert.Equal(
            new BiasSettings { HealthChecks = false },
            SettingsForm.Read(With(SettingsForm.Of(null), form => form["biases.healthChecks"] = "")).Biases);

        static FormValues With(FormValues form, Action<FormValues> change)
        {
            form[SettingsForm.HasBiases] = "shown";
            change(form);
            return form;
        }
    }

    [Theory]
    [InlineData("tiers[0].rate", "Tier 1, keep, in %")]
    [InlineData("pins[11].until", "Pin 12, until")]
    [InlineData("biases.replays", "Replays")]
    [InlineData("intensity", "Balance of transactions, in %")]
    public void LabelOf_Field_IsWhatThePageCallsIt(string field, string label) => Assert.Equal(label, SettingsForm.LabelOf(field));

    [Fact]
    public void RowsOf_List_HasSomeForMore()
    {
        Assert.Equal(3, SettingsForm.RowsOf(new(), "tiers", 100));
        Assert.Equal(5, SettingsForm.RowsOf(new() { ["tiers[1].rate"] = "5" }, "tiers", 100));
        Assert.Equal(100, SettingsForm.RowsOf(new() { ["tiers[2147483647].rate"] = "5", ["tiers[x].rate"] = "5" }, "tiers", 100));
    }

    [Fact]
    public void Read_FieldsOfAProject_AreTheVerySameSettings()
    {
        var settings = new ProjectSettings
        {
            TargetSampleRate = 0.25, MinimumSampleRate = 0.01, Intensity = 1, Biases = new() { Replays = true, Environments = false },
        };
        var form = ProjectSettingsForm.Of(settings);

        Assert.Equal(settings, ProjectSettingsForm.Read(form));
        Assert.Equal(new ProjectSettings(), ProjectSettingsForm.Read(new()));
        form["biases.replays"] = "maybe";
        form["intensity"] = "-1";
        ProjectSettingsForm.Read(form);
        Assert.Equal(["biases.replays", "intensity"], form.Problems.Select(problem => problem.Field));
    }
}
