using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>A dry run of the whole pass over one organization. It is no run that anybody keeps.</summary>
internal sealed class SettingsPreview(OrganizationPass pass, IOrganizationStore organizations, TimeProvider clock) : ISettingsPreview, IDisposable
{
    private const string Name = "preview_settings";

    private const int MostAtOnce = 2;

    // Somebody waits for it.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _slots = new(MostAtOnce);

    public async Task<SettingsEffect> ComputeAsync(SettingsTrial trial, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(trial);
        // Each has the volumes of an organization in memory.
        if (!await _slots.WaitAsync(TimeSpan.Zero, cancellationToken))
            return new(SettingsEffectKind.Busy, default, default);
        using var context = new TaskContext(Name, Longest, clock, cancellationToken);
        var isTooSlow = false;
        try
        {
            await pass.Over(new TrialOrganizations(organizations, trial)).RunAsync(context, Name, new(trial.Organization, DryRun: true), PassParts.All);
        }
        catch (Exception exception) when (exception is TaskTimeoutException or OperationCanceledException && context.IsExpired)
        {
            isTooSlow = true;
        }
        finally
        {
            _slots.Release();
        }

        var result = (PassResult)context.Result!;
        return new(isTooSlow ? SettingsEffectKind.TooSlow : KindOf(result), result.WindowStart, result.WindowEnd)
        {
            Target = result.Target,
            Difference = result.Difference,
            Projects = result.Difference?.Projects ?? [],
            Failures = result.Failures,
        };
    }

    public void Dispose() => _slots.Dispose();

    private static SettingsEffectKind KindOf(PassResult result) => result switch
    {
        { Failed: > 0 } => SettingsEffectKind.Failed,
        { Pinned: > 0 } => SettingsEffectKind.Pinned,
        { WithoutVolumes: > 0 } => SettingsEffectKind.WithoutVolumes,
        { Published: > 0 } => SettingsEffectKind.Published,
        _ => SettingsEffectKind.Unchanged,
    };
}
