using System.Text.Json;
using DynamicSampling.Dashboard.Runs;

namespace DynamicSampling.Tests.Dashboard.Runs;

public sealed class RunOutcomeTests
{
    [Fact]
    public void Of_Result_SortsItsMembersByHowTheyCanBeShown()
    {
        var outcome = Parse(
            """
            {
              "windowStart": "2026-11-22T15:52:00.000Z", "dryRun": true, "published": 3, "message": "3 organizations",
              "failures": [{ "organization": "a", "error": "no" }, { "organization": "b", "project": "p", "error": "no" }],
              "empty": [], "items": [{ "organization": "a", "projects": [] }], "names": ["a"],
              "difference": {
                "expectedKeptBefore": 10, "expectedKeptAfter": 12.5, "changedRates": 1,
                "changes": [{ "organization": "a", "project": "p", "before": 0.1, "after": 0.2, "expectedKeptBefore": 1, "expectedKeptAfter": 2 }]
              }
            }
            """);

        Assert.Equal(("3 organizations", true), (outcome.Message, outcome.IsDryRun));
        Assert.Equal(["windowStart", "dryRun", "published"], outcome.Flat.Select(member => member.Key));
        Assert.Equal(["organization", "error", "project"], RunOutcome.Columns(Assert.Single(outcome.Tables).Value));
        Assert.Equal(["items", "names"], outcome.Rest.Select(member => member.Key));
        Assert.Equal((12.5, 0.2), (outcome.Difference!.ExpectedKeptAfter, outcome.Difference.Changes[0].After));
    }

    [Theory]
    [InlineData("5")]
    [InlineData("[1]")]
    [InlineData("\"done\"")]
    public void Of_WhatIsNoObject_IsShownAsItIs(string json) => Assert.Equal(json, JsonSerializer.Serialize(Assert.Single(Parse(json).Rest).Value));

    [Theory]
    [InlineData("{\"difference\": 5}")]
    [InlineData("{\"difference\": {\"changes\": \"none\"}}")]
    [InlineData("{\"difference\": {}}")]
    public void Of_ADifferenceOfAnotherTask_IsNotTakenForOne(string json) => Assert.Null(Parse(json).Difference);

    [Theory]
    [InlineData("true", "yes")]
    [InlineData("null", "—")]
    [InlineData("1234567.4", "1,234,567")]
    [InlineData("0.25", "0.25")]
    [InlineData("3", "3")]
    [InlineData("\"text\"", "text")]
    public void Value_OfEachKind_IsForPeople(string json, string expected)
    {
        using var document = JsonDocument.Parse(json);
        Assert.Equal(expected, RunOutcome.Value(document.RootElement));
    }

    [Fact]
    public void Words_Name_AreApart() => Assert.Equal("Without volumes", RunOutcome.Words("withoutVolumes"));

    [Fact]
    public void Text_Long_IsNot()
    {
        using var document = JsonDocument.Parse($"[\"{new string('a', 30_000)}\"]");
        Assert.Null(RunOutcome.Text(document.RootElement));
    }

    private static RunOutcome Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return RunOutcome.Of(document.RootElement.Clone());
    }
}
