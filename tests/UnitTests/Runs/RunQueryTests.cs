using DynamicSampling.Tasks.Runs;

namespace DynamicSampling.Tests.Runs;

public sealed class RunQueryTests
{
    private static readonly TaskRun Run = Samples.Run(10, RunStatus.TimedOut, "report", "acme");

    public static TheoryData<RunQuery, bool> Cases => new()
    {
        { new(), true },
        { new() { Task = "report" }, true },
        { new() { Task = "dynamic_sampling.tasks.report" }, true },
        { new() { Task = "Report" }, false },
        { new() { Organization = "acme" }, true },
        { new() { Organization = "other" }, false },
        { new() { Status = RunStatus.TimedOut }, true },
        { new() { Status = RunStatus.Running }, false },
        { new() { Since = Samples.Start.AddSeconds(10) }, true },
        { new() { Since = Samples.Start.AddSeconds(10).AddTicks(1) }, false },
        { new() { After = Run.Id }, false },
        { new() { After = Samples.Run(11).Id }, true },
        { new() { After = Samples.Run(9).Id }, false },
        { new() { Task = "report", Organization = "acme", Status = RunStatus.TimedOut, Since = Samples.Start, After = Samples.Run(11).Id }, true },
        { new() { Task = "report", Organization = "acme", Status = RunStatus.Failed }, false },
    };

    [Theory]
    [MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void Matches_Filter_IsAsExpected(RunQuery query, bool expected) => Assert.Equal(expected, query.Matches(Run));

    [Fact]
    public void Matches_NoOrganization_IsNotAnyOrganization() => Assert.False(new RunQuery { Organization = "acme" }.Matches(Samples.Run(1)));

    [Fact]
    public void Limit_Default_Is50() => Assert.Equal(50, new RunQuery().Limit);
}
