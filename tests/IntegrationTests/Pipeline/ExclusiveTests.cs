using DynamicSampling.Tasks.Pipeline;
using DynamicSampling.Tasks.Runs;
using Microsoft.AspNetCore.Builder;

namespace DynamicSampling.IntegrationTests.Pipeline;

/// <summary>Tasks that run one at a time.</summary>
public sealed class ExclusiveTests
{
    [Theory]
    [InlineData("{}", "{}", true)]
    [InlineData("{}", """{"organization":"acme"}""", true)]
    [InlineData("""{"organization":"acme"}""", "{}", true)]
    [InlineData("""{"organization":"acme"}""", """{"organization":"acme"}""", true)]
    [InlineData("""{"organization":"acme"}""", """{"organization":"Acme"}""", false)]
    public async Task SecondRun_WhileTheFirstLasts_ConflictsWhereTheyOverlap(string first, string second, bool conflicts)
    {
        var gates = new Queue<Gate>([new(), new()]);
        var gate = gates.Peek();
        await using var host = await PipelineHost.StartAsync(app => app.MapPost("/", async (Request request) =>
        {
            if (gates.TryDequeue(out var own) && own == gate)
                await own.PassIgnoringTokensAsync();
            return "done";
        }).WithTaskContext("rebuild").WithExclusiveTask());

        var pending = host.PostAsync("/", first);
        await gate.Entered;
        var running = Assert.Single(host.Registry.ToList()).Id;
        using var answer = await host.PostAsync("/", second);
        var runsMeanwhile = await host.ListRunsAsync();
        gate.Open();
        using var firstAnswer = await pending;
        using var afterwards = await host.PostAsync("/", second);

        Assert.Equal(200, (int)firstAnswer.StatusCode);
        Assert.Equal(200, (int)afterwards.StatusCode);
        if (!conflicts)
        {
            Assert.Equal(200, (int)answer.StatusCode);
            return;
        }

        var problem = await answer.ReadProblemAsync(409);
        Assert.Equal("The task is already running", problem.GetProperty("title").GetString());
        Assert.Equal(running, problem.GetProperty("runId").GetGuid());
        Assert.Contains(running.ToString(), problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.False(problem.TryGetProperty("task", out _));
        Assert.Equal(running, Assert.Single(runsMeanwhile).Id);
    }

    [Fact]
    public async Task Conflict_OfATaskWithoutOrganizations_DoesNotSpeakOfThem()
    {
        var gate = new Gate();
        await using var host = await PipelineHost.StartAsync(app =>
            app.MapPost("/", gate.PassIgnoringTokensAsync).WithTaskContext("rebuild").WithExclusiveTask());

        var pending = host.PostAsync("/", "");
        await gate.Entered;
        using var answer = await host.PostAsync("/", "");
        gate.Open();
        using var first = await pending;

        var detail = (await answer.ReadProblemAsync(409)).GetProperty("detail").GetString();
        Assert.StartsWith("rebuild is already running", detail, StringComparison.Ordinal);
        Assert.DoesNotContain("organization", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Conflict_IsNeitherCountedNorRecorded()
    {
        var gate = new Gate();
        await using var host = await PipelineHost.StartAsync(app =>
            app.MapPost("/", gate.PassIgnoringTokensAsync).WithTaskContext("rebuild").WithExclusiveTask());
        using var metrics = new MetricRecorder(host);

        var pending = host.PostAsync("/", "");
        await gate.Entered;
        using var answer = await host.PostAsync("/", "");
        gate.Open();
        using var first = await pending;

        Assert.Single(metrics.Of("dynamic_sampling.task.starts"));
        Assert.Single(metrics.Of("dynamic_sampling.task.duration"));
        Assert.Equal(RunStatus.Completed, (await host.SingleRunAsync()).Status);
    }

    [Fact]
    public async Task OtherTasks_AreNotInTheWay()
    {
        var gate = new Gate();
        await using var host = await PipelineHost.StartAsync(app =>
        {
            app.MapPost("/a", gate.PassIgnoringTokensAsync).WithTaskContext("a").WithExclusiveTask();
            app.MapPost("/b", () => "done").WithTaskContext("b").WithExclusiveTask();
        });

        var pending = host.PostAsync("/a", "");
        await gate.Entered;
        using var other = await host.PostAsync("/b", "");
        gate.Open();
        using var first = await pending;

        Assert.Equal(200, (int)other.StatusCode);
    }

    private sealed record Request(string? Organization = null) : ITaskRunRequest;
}
