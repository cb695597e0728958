namespace DynamicSampling.Tasks.Sampling;

/// <summary>The organization's rates were rolled back and are pinned, so nothing else may be published for now.</summary>
/// <param name="organization">The organization's name.</param>
/// <param name="pin">What keeps them.</param>
public sealed class RatesPinnedException(string organization, RatesPin pin) : InvalidOperationException(
    $"The rates of organization '{organization}' are pinned to those of version {pin.Version} until {pin.Until:O}.")
{
    /// <summary>What keeps them.</summary>
    public RatesPin Pin { get; } = pin;
}
