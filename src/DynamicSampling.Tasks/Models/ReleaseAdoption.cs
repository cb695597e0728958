using System.Runtime.CompilerServices;

namespace DynamicSampling.Tasks.Models;

/// <summary>How much more often the traces of a new release are kept, until it is adopted.</summary>
/// <remarks>Source: the factor that Sentry's dynamic sampling publishes for its latest releases.</remarks>
public static class ReleaseAdoption
{
    private const double Boost = 1.5;

    /// <summary>The factor when the release is seen first: 1.5^(1 − base). The more is kept anyway, the less is there to add.</summary>
    /// <param name="baseRate">The project's rate, 0 to 1.</param>
    /// <returns>1 to 1.5.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="baseRate"/> is not from 0 to 1.</exception>
    public static double InitialFactor(double baseRate)
    {
        if (!(baseRate is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(baseRate), baseRate, "The baseRate must be from 0 to 1.");
        return Math.Pow(Boost, 1 - baseRate);
    }

    /// <summary>The factor later: on a straight line from the initial one to the decayed one.</summary>
    /// <param name="initial">The factor at the beginning, 0 or more.</param>
    /// <param name="decayed">The factor at the end and after it, 0 or more.</param>
    /// <param name="elapsedSeconds">Seconds since the release was seen first; before that the factor is the initial one.</param>
    /// <param name="adoptionSeconds">Seconds until it is adopted, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is not finite, or negative where it must not be.</exception>
    public static double Factor(double initial, double decayed, double elapsedSeconds, double adoptionSeconds)
    {
        ThrowIfNotAmount(initial);
        ThrowIfNotAmount(decayed);
        ThrowIfNotAmount(adoptionSeconds);
        if (!double.IsFinite(elapsedSeconds))
            throw new ArgumentOutOfRangeException(nameof(elapsedSeconds), elapsedSeconds, "The elapsedSeconds must be finite.");
        if (elapsedSeconds >= adoptionSeconds)
            return decayed;
        return elapsedSeconds <= 0 ? initial : initial + ((decayed - initial) * (elapsedSeconds / adoptionSeconds));
    }

    private static void ThrowIfNotAmount(double value, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        if (!(value >= 0 && double.IsFinite(value)))
            throw new ArgumentOutOfRangeException(name, value, $"The {name} must be finite and not negative.");
    }
}
