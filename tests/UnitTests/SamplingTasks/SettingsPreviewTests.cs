using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.SamplingTasks;

namespace DynamicSampling.Tests.SamplingTasks;

public sealed class SettingsPreviewTests
{
    private readonly PassHost _host = new(new() { TargetSampleRate = 0.5 });

    [Fact]
    public async Task Compute_OtherTarget_IsWhatThePassDoesWithItOnceItIsStored()
    {
        _host.Volumes.AddRange([("a", "GET /", 1000, 0), ("b", "GET /", 10, 0)]);
        _host.Run();
        var settings = new OrganizationSettings { TargetSampleRate = 0.1, Pins = [new("b", MaximumSampleRate: 0.5)] };
        var effect = await PreviewAsync(settings);
        var publications = _host.Publications;
        _host.Settings = settings;
        _host.Run();

        Assert.Equal(1, publications);
        Assert.Equal((SettingsEffectKind.Published, 0.1), (effect.Kind, effect.Target!.Rate));
        Assert.Equal(505, effect.Difference!.ExpectedKeptBefore, 6);
        Assert.Equal(_host.Spent.Values.Sum(), effect.Difference.ExpectedKeptAfter, 6);
        Assert.Equal(["a", "b"], effect.Projects.Select(project => project.Project));
        Assert.Equal((1000, 495.0, _host.Spent["a"]), (effect.Projects[0].Total, Math.Round(effect.Projects[0].ExpectedKeptBefore, 6), effect.Projects[0].ExpectedKeptAfter));
    }

    [Fact]
    public async Task Compute_StoredSettings_IsUnchanged()
    {
        _host.Volumes.Add(("a", "GET /", 1000, 500));
        _host.Run();
        var effect = await PreviewAsync(_host.Settings);

        Assert.Equal(SettingsEffectKind.Unchanged, effect.Kind);
        Assert.Empty(effect.Projects);
    }

    [Fact]
    public async Task Compute_NoVolumes_StillKnowsTheTarget()
    {
        var effect = await PreviewAsync(new() { TargetSampleRate = 0.25 });

        Assert.Equal((SettingsEffectKind.WithoutVolumes, new TargetRate(0.25, TargetSource.Setting)), (effect.Kind, effect.Target));
        Assert.Null(effect.Difference);
    }

    [Fact]
    public async Task Compute_RatesArePinned_SaysSo()
    {
        _host.Volumes.Add(("a", "GET /", 1000, 500));
        _host.Run();
        _host.Published = _host.Published! with { Pin = new(1, _host.Clock.GetUtcNow() + TimeSpan.FromMinutes(1), "anna") };

        Assert.Equal(SettingsEffectKind.Pinned, (await PreviewAsync(new())).Kind);
    }

    [Fact]
    public async Task Compute_SettingsOfAProject_AreItsOwnOnly()
    {
        _host.Settings = new() { Mode = SamplingMode.Project, TargetSampleRate = 0.5 };
        _host.Volumes.AddRange([("a", "GET /", 1000, 500), ("b", "GET /", 1000, 500)]);
        _host.Run();
        var effect = await new SettingsPreview(_host.Pass, _host, _host.Clock).ComputeAsync(
            new(PassHost.Organization) { Project = "b", ProjectSettings = new() { TargetSampleRate = 0.1 } }, CancellationToken.None);

        Assert.Equal(new("b", 1000, 500, 100), Assert.Single(effect.Projects) is var only ? only with { ExpectedKeptAfter = Math.Round(only.ExpectedKeptAfter, 6), ExpectedKeptBefore = Math.Round(only.ExpectedKeptBefore, 6) } : null);
    }

    [Fact]
    public async Task Compute_CallerLeaves_IsHisCancellation()
    {
        using var caller = new CancellationTokenSource();
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => new SettingsPreview(_host.Pass, _host, _host.Clock).ComputeAsync(new(PassHost.Organization) { Settings = new() }, caller.Token));
    }

    private Task<SettingsEffect> PreviewAsync(OrganizationSettings settings) =>
        new SettingsPreview(_host.Pass, _host, _host.Clock).ComputeAsync(new(PassHost.Organization) { Settings = settings }, CancellationToken.None);
}
