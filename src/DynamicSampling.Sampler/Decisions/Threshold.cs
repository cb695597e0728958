using System.Globalization;

namespace DynamicSampling.Sampler.Decisions;

/// <summary>
/// OpenTelemetry's consistent probability sampling: a trace has 56 bits of randomness R, a rate p is a threshold T = (1 − p) · 2^56, and what
/// is kept has R ≥ T. So what is kept at a rate is kept at every higher one. Source: the specification's "TraceState: Probability Sampling".
/// </summary>
internal static class Threshold
{
    /// <summary>The hexadecimal digits of randomness, and of a threshold.</summary>
    public const int Digits = 14;

    private const double Scale = 1UL << 56;

    /// <summary>The threshold in units of 2^-56; 2^56 keeps nothing.</summary>
    /// <param name="rate">0 to 1. The lowest that is not 0 is 2^-56.</param>
    public static ulong Of(double rate) => rate <= 0 ? (ulong)Scale : (ulong)Scale - (ulong)Math.Clamp(Math.Round(rate * Scale), 1, Scale);

    /// <summary>The rate that a threshold stands for.</summary>
    public static double RateOf(ulong threshold) => ((ulong)Scale - threshold) / Scale;

    /// <summary>
    /// What randomness is compared with. In lower case the digits come in the order of their values, so that a number is as great as its digits are far
    /// back in the alphabet; what keeps nothing comes behind all digits.
    /// </summary>
    public static string ComparableOf(ulong threshold) =>
        threshold >= (ulong)Scale ? "g" : threshold.ToString("x" + Digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>What stands behind <c>th:</c>.</summary>
    public static string TextOf(ulong threshold) => threshold == 0 ? "0" : ComparableOf(threshold).TrimEnd('0');
}
