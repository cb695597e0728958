using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.SamplingTasks;

namespace DynamicSampling.Tests.SamplingTasks;

/// <summary>Passes over an organization whose rates were rolled back.</summary>
public sealed class PinnedPassTests
{
    private readonly PassHost _host = new(new() { TargetSampleRate = 0.5 });

    public PinnedPassTests() => _host.Volumes.Add(("checkout", "GET /", 1000, 500));

    [Fact]
    public void Pass_RatesArePinned_IsNeitherAPublicationNorAFailure()
    {
        _host.Run();
        _host.Published = _host.Published! with { Pin = PinFor(TimeSpan.FromMinutes(1)) };
        _host.Settings = new() { TargetSampleRate = 0.1 };
        var pinned = _host.Run();
        _host.Clock.Advance(TimeSpan.FromMinutes(1));
        var after = _host.Run();

        Assert.Equal((1, 1, 0, 0), (pinned.Organizations, pinned.Pinned, pinned.Published, pinned.Failed));
        Assert.Equal("1 organization: 0 published, 0 unchanged, 0 without volumes in the window, 1 pinned, 0 failed.", pinned.Message);
        Assert.Equal((1, 0, 1, 2), (after.Organizations, after.Pinned, after.Published, _host.Publications));
    }

    [Fact]
    public void Pass_PinnedSinceItHasReadTheRates_IsTheSame()
    {
        _host.Pin = PinFor(TimeSpan.FromMinutes(1));
        var result = _host.Run();

        Assert.Equal((1, 0, 0, 0), (result.Pinned, result.Published, result.Failed, _host.Publications));
    }

    private RatesPin PinFor(TimeSpan duration) => new(Version: 1, _host.Clock.GetUtcNow() + duration, "anna");
}
