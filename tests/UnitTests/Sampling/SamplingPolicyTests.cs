using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tests.Sampling;

public class SamplingPolicyTests
{
    private static readonly SamplingOptions Options = new() { Intensity = 0.7, MinimumSampleRate = 0.01 };

    [Fact]
    public void Of_NoSettings_AreTheServices() =>
        Assert.Equal(new(0.7, 0.01, Bias.All), SamplingPolicy.Of(organization: null, project: null, Options));

    [Fact]
    public void Of_Settings_TheProjectsComeFirst()
    {
        var organization = new OrganizationSettings { Intensity = 0.5, MinimumSampleRate = 0.02, Biases = new() { Replays = false, HealthChecks = false } };
        var project = new ProjectSettings { Intensity = 0, MinimumSampleRate = 0, Biases = new() { HealthChecks = true, Transactions = false } };

        Assert.Equal(new(0.5, 0.02, Bias.All & ~Bias.Replays & ~Bias.HealthChecks), SamplingPolicy.Of(organization, new(), Options));
        Assert.Equal(new(0, 0, Bias.All & ~Bias.Replays & ~Bias.Transactions), SamplingPolicy.Of(organization, project, Options));
    }

    [Fact]
    public void Of_MinimumRateIsSwitchedOff_HasNoFloor()
    {
        var off = new OrganizationSettings { MinimumSampleRate = 0.02, Biases = new() { MinimumSampleRate = false } };

        Assert.Equal(0, SamplingPolicy.Of(off, project: null, Options).Floor);
        Assert.Equal(0.02, SamplingPolicy.Of(off, new() { Biases = new() { MinimumSampleRate = true } }, Options).Floor);
    }

    [Fact]
    public void OfFlags_EveryBias_IsTheSameBack()
    {
        for (var biases = Bias.None; biases <= Bias.All; biases++)
        {
            Assert.Equal(biases, BiasSettings.Of(biases).Over(Bias.All));
            Assert.Equal(biases, BiasSettings.Of(biases).Over(Bias.None));
            Assert.Equal(biases, new BiasSettings().Over(biases));
        }
    }
}
