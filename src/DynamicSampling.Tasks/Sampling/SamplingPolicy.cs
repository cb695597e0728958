namespace DynamicSampling.Tasks.Sampling;

/// <summary>The settings that hold for one project: its own, else its organization's, else the service's.</summary>
/// <param name="Intensity">How far transactions are balanced, 0 to 1.</param>
/// <param name="Floor">No rate but 0 is served below this, 0 to 1.</param>
/// <param name="Biases">The biases that are on.</param>
public sealed record SamplingPolicy(double Intensity, double Floor, Bias Biases)
{
    /// <summary>Resolves the settings.</summary>
    public static SamplingPolicy Of(OrganizationSettings? organization, ProjectSettings? project, SamplingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var biases = organization?.Biases?.Over(Bias.All) ?? Bias.All;
        biases = project?.Biases?.Over(biases) ?? biases;
        var floor = project?.MinimumSampleRate ?? organization?.MinimumSampleRate ?? options.MinimumSampleRate;
        return new(
            project?.Intensity ?? organization?.Intensity ?? options.Intensity,
            biases.HasFlag(Bias.MinimumSampleRate) ? floor : 0,
            biases);
    }
}
