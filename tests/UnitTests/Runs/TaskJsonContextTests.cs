using System.Text.Json;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Tests.Runs;

public sealed class TaskJsonContextTests
{
    private static readonly Guid Id = Guid.Parse("0199aaaa-0000-7000-8000-000000000001");

    private static readonly TaskRun Run = Samples.Run(0, RunStatus.TimedOut, "boost_low_volume_projects") with
    {
        Id = Id,
        StartedAt = new(2026, 11, 22, 12, 0, 0, 7, TimeSpan.FromHours(2)),
        Seconds = 0.1234,
        Trigger = RunTrigger.Http,
        TaskData = new Dictionary<string, FunctionSnapshot>(StringComparer.Ordinal)
        {
            ["fetch_volumes"] = new()
            {
                NumRowsTotal = 30, NumDbCalls = 1, NumIterations = 1, NumProjects = 30, NumOrgs = 1,
                ExecutionTime = 0.0123, Calls = 1, MaxExecutionTime = 0.0123, FirstStart = 0.0004, LastEnd = 0.0127,
            },
            ["Named As It Is"] = new() { Counters = new Dictionary<string, long>(StringComparer.Ordinal) { ["Own Counter"] = 2 } },
        },
        Error = new(RunError.Timeout, "late", "fetch_volumes"),
    };

    [Fact]
    public void TaskRun_Serialized_HasTheDocumentedShape()
    {
        const string Expected = """
            {"id":"0199aaaa-0000-7000-8000-000000000001","task":"boost_low_volume_projects",
             "taskName":"dynamic_sampling.tasks.boost_low_volume_projects","status":"timed_out",
             "startedAt":"2026-11-22T10:00:00.007Z","maxSeconds":420,"seconds":0.1234,"overrunSeconds":0,"trigger":"http",
             "organization":null,"overdue":false,
             "taskData":{
               "fetch_volumes":{"numRowsTotal":30,"numDbCalls":1,"numIterations":1,"numProjects":30,"numOrgs":1,
                 "executionTime":0.0123,"calls":1,"maxExecutionTime":0.0123,"firstStart":0.0004,"lastEnd":0.0127},
               "Named As It Is":{"numRowsTotal":0,"numDbCalls":0,"numIterations":0,"numProjects":0,"numOrgs":0,
                 "executionTime":0,"calls":0,"maxExecutionTime":0,"firstStart":0,"lastEnd":0,"counters":{"Own Counter":2}}},
             "result":null,"error":{"type":"timeout","message":"late","function":"fetch_volumes"}}
            """;

        var json = JsonSerializer.Serialize(Run, TaskJsonContext.Default.TaskRun);

        Assert.Equal(JsonSerializer.Serialize(JsonElement.Parse(Expected)), json);
    }

    [Fact]
    public void TaskRun_ReadBack_IsTheSame()
    {
        var json = JsonSerializer.Serialize(Run, TaskJsonContext.Default.TaskRun);

        var read = JsonSerializer.Deserialize(json, TaskJsonContext.Default.TaskRun)!;

        Assert.Equal(Run.StartedAt.ToUniversalTime(), read.StartedAt);
        Assert.Equal(TimeSpan.Zero, read.StartedAt.Offset);
        Assert.Equal(json, JsonSerializer.Serialize(read, TaskJsonContext.Default.TaskRun));
    }

    [Fact]
    public void TaskRun_List_IsKnown()
    {
        var json = JsonSerializer.Serialize([Run], TaskJsonContext.Default.IReadOnlyListTaskRun);

        Assert.Equal(Id, JsonElement.Parse(json)[0].GetProperty("id").GetGuid());
    }

    [Fact]
    public void TaskSnapshot_Serialized_HasTheSameNames()
    {
        var clock = new ManualTimeProvider();
        using var task = new TaskContext("report", TimeSpan.FromSeconds(1), clock);
        task.Run("fetch", _ => clock.Advance(1.5));

        var json = JsonSerializer.SerializeToElement(task.Snapshot(), TaskJsonContext.Default.TaskSnapshot);

        Assert.Equal(
            ["taskName", "maxSeconds", "seconds", "taskData", "overrunSeconds"], json.EnumerateObject().Select(member => member.Name));
        Assert.Equal((1, 1.5, 0.5), (Number("maxSeconds"), Number("seconds"), Number("overrunSeconds")));
        Assert.Equal(1.5, json.GetProperty("taskData").GetProperty("fetch").GetProperty("executionTime").GetDouble());

        double Number(string member) => json.GetProperty(member).GetDouble();
    }

    [Fact]
    public void TaskRun_OfANode_SaysWhereAndHowFarItIs()
    {
        var run = Run with { Node = "node-a", Shard = "3/16", Progress = new(7, 25) };

        var json = JsonSerializer.SerializeToElement(run, TaskJsonContext.Default.TaskRun);

        Assert.Equal(("node-a", "3/16"), (json.GetProperty("node").GetString(), json.GetProperty("shard").GetString()));
        Assert.Equal("""{"done":7,"total":25}""", json.GetProperty("progress").GetRawText());
        Assert.Equal(run.Progress, json.Deserialize(TaskJsonContext.Default.TaskRun)!.Progress);
    }
}
