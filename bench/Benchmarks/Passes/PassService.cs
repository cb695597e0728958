using System.Data.Common;
using DynamicSampling.Api.Serving;
using DynamicSampling.Api.Storage;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.SamplingTasks;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.Benchmarks.Passes;

/// <summary>What of the service a pass needs: the pipeline, the tasks, and the stores over a database.</summary>
internal sealed class PassService : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly TaskRunner _runner;
    private readonly RebalanceOrgs _task;

    public PassService(DbDataSource source, TimeProvider clock)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(clock);
        services.AddSingleton(source);
        services.AddSingleton<Database>();
        services.AddSingleton<SchemaBackup>();
        services.AddSingleton<Migrations>();
        services.AddSingleton<VolumePartitions>();
        services.AddSingleton<SettingsErrors>();
        services.AddSingleton<RatesChanged>();
        services.AddSingleton<SqlAuditLog>();
        services.AddSingleton<SqlCustomRuleStore>();
        services.AddSingleton<NameLimits>();
        services.AddSingleton<SqlOrganizationStore>();
        services.AddSingleton<IOrganizationStore>(provider => provider.GetRequiredService<SqlOrganizationStore>());
        services.AddSingleton<SeriesRoom>();
        services.AddSingleton<SqlVolumeStore>();
        services.AddSingleton<IVolumeStore>(provider => provider.GetRequiredService<SqlVolumeStore>());
        services.AddSingleton<IRateStore, SqlRateStore>();
        services.AddSingleton<IPassProgress, SqlPassProgress>();
        services.AddSingleton<IRunStore, SqlRunStore>();
        services.AddDynamicSamplingTasks();
        services.AddSamplingTasks();
        _services = services.BuildServiceProvider();
        _runner = _services.GetRequiredService<TaskRunner>();
        _task = new(_services.GetRequiredService<OrganizationPass>());
    }

    public Database Database => _services.GetRequiredService<Database>();

    public Migrations Migrations => _services.GetRequiredService<Migrations>();

    public SqlOrganizationStore Organizations => _services.GetRequiredService<SqlOrganizationStore>();

    public SqlVolumeStore Volumes => _services.GetRequiredService<SqlVolumeStore>();

    /// <summary>One pass, as the scheduler runs it.</summary>
    /// <exception cref="InvalidOperationException">Not all of it succeeded.</exception>
    public async Task<TaskRun> RunAsync()
    {
        var run = await _runner.RunAsync(
            new(_task.Name) { MaxExecution = _task.MaxExecution, Exclusive = true }, (_, context) => _task.RunAsync(context, new SamplingTaskRequest()));
        // A pass that fails would be measured as a fast one.
        return run is { Status: RunStatus.Completed, Result: PassResult { Failed: 0, FailedProjects: 0 } }
            ? run
            : throw new InvalidOperationException($"The pass {run.Status}: {run.Error?.Message ?? (run.Result as PassResult)?.Message}");
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
