using DynamicSampling.Dashboard.Runs;
using DynamicSampling.Tasks.Runs;
using static DynamicSampling.Tests.Dashboard.Runs.SampleRun;

namespace DynamicSampling.Tests.Dashboard.Runs;

public sealed class RunWordsTests
{
    [Fact]
    public void Why_Repeated_NamesTheFunctionItsCallsAndTheLongest() => Assert.Equal(
        "12.3 s, of which 9.80 s (80 %) in fetch_volumes: 300 calls, the longest 1.20 s.",
        Why(SampleRun.Of(12.3, Function("all", 0, 12.3), Function("fetch_volumes", 0, 12, busy: 9.8, calls: 300, longest: 1.2))));

    [Fact]
    public void Why_OuterFunction_DoesNotCountWhatIsWithinIt() => Assert.Equal(
        "10.0 s, of which 7.00 s (70 %) in all itself, without the functions within it: 1 call.",
        Why(SampleRun.Of(10, Function("all", 0, 10), Function("part", 1, 4))));

    [Fact]
    public void Why_MostlyOutside_SaysSo() => Assert.Equal(
        "10.0 s, of which 7.00 s (70 %) outside of its functions, and 3.00 s (30 %) in part: 1 call.",
        Why(SampleRun.Of(10, Function("part", 1, 4))));

    [Fact]
    public void Why_Running_IsSoFar() => Assert.Equal(
        "4.00 s so far, of which 4.00 s (100 %) in work: 1 call.", Why(SampleRun.Of(4, Function("work", 0, 4)) with { Status = RunStatus.Running }));

    [Fact]
    public void Why_NoFunctionOrNoTime_IsShort()
    {
        Assert.Equal("4.00 s, in no function that has a name.", Why(SampleRun.Of(4)));
        Assert.Equal("0 s.", Why(SampleRun.Of(0, Function("work", 0, 0))));
    }

    [Fact]
    public void OfBudget_ShortRun_IsStillReadable() => Assert.Equal("0.0714 % of its budget of 7 min", RunWords.OfBudget(SampleRun.Of(0.3)));

    [Fact]
    public void Error_Long_IsCutBetweenCharacters()
    {
        var run = SampleRun.Of(1) with { Error = new("x", string.Concat(Enumerable.Repeat("\U0001F4A5", 200)), "f") };

        var text = RunWords.Error(run)!;

        Assert.StartsWith("f: ", text, StringComparison.Ordinal);
        Assert.EndsWith("\U0001F4A5…", text, StringComparison.Ordinal);
        Assert.Null(RunWords.Error(SampleRun.Of(1)));
        Assert.Equal("timeout", RunWords.Error(SampleRun.Of(1) with { Error = new("timeout", null, null) }));
    }

    [Theory]
    [InlineData("2026-11-22", "2026-11-22T00:00:00.000Z")]
    [InlineData(" 2026-11-22 10:00 ", "2026-11-22T10:00:00.000Z")]
    [InlineData("2026-11-22 10:00:05 UTC", "2026-11-22T10:00:05.000Z")]
    [InlineData("2026-11-22T10:00", "2026-11-22T10:00:00.000Z")]
    [InlineData("2026-11-22T10:00:00+01:00", "2026-11-22T10:00:00+01:00")]
    [InlineData("yesterday", "yesterday")]
    public void TypedInstant_AsPeopleWriteIt_IsAsProgramsReadIt(string typed, string expected) => Assert.Equal(expected, TypedInstant.Normalize(typed));

    private static string Why(TaskRun run) => RunWords.Why(run, Waterfall.Of(run));
}
