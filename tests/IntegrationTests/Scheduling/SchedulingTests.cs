using System.Text.Json;
using DynamicSampling.Api.Scheduling;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.SamplingTasks;
using DynamicSampling.Tasks.Runtime;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DynamicSampling.IntegrationTests.Scheduling;

/// <summary>Tasks that run by themselves. The scheduler goes by the test's clock.</summary>
public sealed class SchedulingTests
{
    private static readonly TimeSpan Cycle = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Pass_ACycleAfterTheStart_RunsByItselfAndPublishes()
    {
        await using var host = Scheduled();
        using var client = await host.WithVolumesAsync("acme", ("checkout", 1000));
        host.Clock.Advance(Cycle - TimeSpan.FromSeconds(1));
        var tooEarly = await client.GetJsonAsync("/api/runs");
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var runs = Items(await client.WaitForAsync("/api/runs?status=completed", runs => Items(runs).Count > 0));

        Assert.Empty(Items(tooEarly));
        var run = Assert.Single(runs);
        Assert.Equal(("rebalance_orgs", "schedule", null), (run.Text("task"), run.Text("trigger"), run.Text("organization")));
        Assert.Equal("2026-11-22T10:01:00.000Z", run.Text("startedAt"));
        Assert.Equal(run.Text("id"), (await client.RatesAsync()).Text("computedBy"));
    }

    [Fact]
    public async Task Tasks_AsTimeGoesOn_EachRunsWhenItsTimeHasCome()
    {
        await using var host = Scheduled(builder => builder.UseSetting("Scheduling:Cycle", "00:30:00"));
        using var client = host.CreateClient();
        foreach (var (minutes, task) in new[] { (30, "rebalance_orgs"), (45, "custom_rule_notifications"), (60, "collect_orgs") })
        {
            host.Clock.Advance(TimeSpan.FromMinutes(minutes) - (host.Clock.GetUtcNow() - new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero)));
            await client.WaitForAsync($"/api/runs?task={task}&status=completed", runs => Items(runs).Count > 0);
        }

        var runs = Items(await client.WaitForAsync("/api/runs?status=completed", runs => Items(runs).Count == 4));
        Assert.Equal(
            [("custom_rule_notifications", 45), ("collect_orgs", 0), ("rebalance_orgs", 0), ("rebalance_orgs", 30)],
            runs.Select(run => (run.Text("task"), run.GetProperty("startedAt").GetDateTimeOffset().Minute)).OrderBy(run => run.Item1 != "custom_rule_notifications").ThenBy(run => run.Minute).ThenBy(run => run.Item1, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Catalogue_Enabled_SaysWhenTasksRunByThemselves()
    {
        await using var host = Scheduled(builder => builder.UseSetting("Scheduling:Cycle", "00:02:30"));
        using var client = host.CreateClient();

        Assert.Equal(
            [
                ("sliding_window_org", null), ("boost_low_volume_projects", null), ("boost_low_volume_transactions", null), ("recalibrate_orgs", null),
                ("rebalance_orgs", "every 00:02:30"), ("collect_orgs", "every 01:00:00"), ("custom_rule_notifications", "every 00:02:30"),
            ],
            Items(await client.GetJsonAsync("/api/tasks")).Select(task => (task.Text("name"), task.Text("schedule"))));
    }

    [Fact]
    public async Task Disabled_AsTimeGoesOn_NothingRuns()
    {
        var logs = new RecordedLogs();
        await using var host = new ApiHost(builder => builder.ConfigureLogging(logging => logging.AddProvider(logs)));
        using var client = host.CreateClient();
        host.Clock.Advance(TimeSpan.FromHours(3));

        Assert.Empty(Items(await client.GetJsonAsync("/api/runs")));
        Assert.All(Items(await client.GetJsonAsync("/api/tasks")), task => Assert.Null(task.Text("schedule")));
        Assert.Contains(logs.Lines, line => line.Id == 121);
    }

    [Fact]
    public async Task RunOverSeveralCycles_NoOtherStartsMeanwhileAndNoneIsMadeUpFor()
    {
        var starts = 0;
        var first = new TaskCompletionSource();
        var others = new TaskCompletionSource();
        await using var host = Probed((context, _) =>
            (Interlocked.Increment(ref starts) == 1 ? first : others).Task.WaitAsync(context.CancellationToken));
        using var client = host.CreateClient();
        await AdvanceUntilAsync(host, client, "/api/runs", runs => runs.Count == 1);
        for (var cycle = 0; cycle < 5; cycle++)
        {
            host.Clock.Advance(Cycle);
            Assert.Single(Items(await client.GetJsonAsync("/api/runs")));
        }

        var released = host.Clock.GetUtcNow();
        first.SetResult();
        await client.WaitForAsync("/api/runs?status=completed", runs => Items(runs).Count == 1);
        var next = (await AdvanceUntilAsync(host, client, "/api/runs?status=running", runs => runs.Count == 1))[0];
        var all = Items(await client.GetJsonAsync("/api/runs"));

        Assert.Equal(2, all.Count);
        Assert.True(next.GetProperty("startedAt").GetDateTimeOffset() > released);
        Assert.Equal(0, next.GetProperty("startedAt").GetDateTimeOffset().Second);
    }

    [Fact]
    public async Task RunByRequestInProgress_ItsTurnIsSkippedAndTheNextOneIsTaken()
    {
        var logs = new RecordedLogs();
        var release = new TaskCompletionSource();
        await using var host = Probed((_, _) => release.Task, logs);
        using var client = host.CreateClient();
        using var accepted = await TasksTests.RunInBackgroundAsync(client, "probe", "acme");
        var id = (await accepted.ReadJsonAsync()).Text("id")!;
        await AdvanceUntilAsync(host, client, "/api/runs", _ => logs.Lines.Any(line => line.Id == 120));
        var meanwhile = Items(await client.GetJsonAsync("/api/runs"));
        release.SetResult();
        await client.WaitForAsync("/api/runs?status=completed", runs => Items(runs).Count == 1);
        var runs = await AdvanceUntilAsync(host, client, "/api/runs?status=completed", runs => runs.Count == 2);

        Assert.Single(meanwhile);
        Assert.Equal(["schedule", "http"], runs.Select(run => run.Text("trigger")));
        var skipped = logs.Lines.First(line => line.Id == 120);
        Assert.Equal(LogLevel.Information, skipped.Level);
        Assert.Contains(id, skipped.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(logs.Lines, line => line.Level > LogLevel.Information);
    }

    [Fact]
    public async Task RunFails_IsLoggedOnceAndTheScheduleGoesOn()
    {
        var logs = new RecordedLogs();
        var calls = 0;
        await using var host = Probed(
            (_, _) => Interlocked.Increment(ref calls) == 1 ? throw new InvalidOperationException("no fuse") : Task.CompletedTask, logs);
        using var client = host.CreateClient();
        await AdvanceUntilAsync(host, client, "/api/runs?status=failed", runs => runs.Count == 1);
        await AdvanceUntilAsync(host, client, "/api/runs?status=completed", runs => runs.Count > 0);
        var failed = Assert.Single(Items(await client.GetJsonAsync("/api/runs?status=failed")));

        Assert.Equal("no fuse", failed.GetProperty("error").Text("message"));
        Assert.Single(logs.Lines, line => line.Level > LogLevel.Information);
        Assert.DoesNotContain(logs.Lines, line => line.Category.StartsWith("Quartz", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stop_ARunIsInProgress_IsCanceledAndRecorded()
    {
        var directory = Directory.CreateTempSubdirectory("dynamic-sampling-tests-").FullName;
        try
        {
            string id;
            await using (var host = Probed((context, _) => new TaskCompletionSource().Task.WaitAsync(context.CancellationToken), directory: directory))
            {
                using var client = host.CreateClient();
                id = (await AdvanceUntilAsync(host, client, "/api/runs?status=running", runs => runs.Count == 1))[0].Text("id")!;
            }

            await using var restarted = new ApiHost(directory: directory);
            using var later = restarted.CreateClient();
            var run = Assert.Single(Items(await later.GetJsonAsync("/api/runs")));

            Assert.Equal((id, "canceled", "shutdown"), (run.Text("id"), run.Text("status"), run.GetProperty("error").Text("type")));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static ApiHost Scheduled(Action<IWebHostBuilder>? configure = null) => new(builder =>
    {
        builder.UseSetting("Scheduling:Enabled", "true");
        configure?.Invoke(builder);
    });

    // Only the test's own task is scheduled.
    private static ApiHost Probed(Func<TaskContext, string?, Task> body, RecordedLogs? logs = null, string? directory = null) => new(
        builder =>
        {
            builder.UseSetting("Scheduling:Enabled", "true");
            if (logs is not null)
                builder.ConfigureLogging(logging => logging.AddProvider(logs));
            builder.ConfigureTestServices(services =>
            {
                foreach (var schedule in services.Where(service => service.ServiceType == typeof(TaskSchedule)).ToList())
                    services.Remove(schedule);
                services.AddSingleton(new TaskSchedule("probe", Cycle, Delay: Cycle));
            });
        },
        directory,
        // Days, for the clock leaps.
        new ScriptedTask("probe", body, maxSeconds: 1e6));

    // Cycle by cycle: one that goes by while the scheduler is still busy with the last is not made up for.
    private static async Task<List<JsonElement>> AdvanceUntilAsync(ApiHost host, HttpClient client, string path, Func<List<JsonElement>, bool> isSo)
    {
        var runs = await client.WaitForAsync(path, runs =>
        {
            if (isSo(Items(runs)))
                return true;
            host.Clock.Advance(Cycle);
            return false;
        });
        return Items(runs);
    }

    private static List<JsonElement> Items(JsonElement list) => [.. list.GetProperty("items").EnumerateArray()];
}
