using System.Runtime.CompilerServices;

namespace DynamicSampling.Tasks.Models;

/// <summary>What the models accept; the message names what is wrong.</summary>
internal static class ModelArguments
{
    public static void ThrowIfNotShare(double value, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        if (!(value is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(name, value, $"The {name} must be from 0 to 1.");
    }

    public static void ThrowIfNotAmount(double value, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        if (!IsAmount(value))
            throw new ArgumentOutOfRangeException(name, value, $"The {name} must be finite and not negative.");
    }

    /// <summary>Every class has an id and a count, no id comes twice, and there is room for the rates.</summary>
    public static void ThrowIfNotClasses(
        ReadOnlySpan<ClassVolume> classes, Span<double> rates, [CallerArgumentExpression(nameof(classes))] string? name = null)
    {
        if (rates.Length < classes.Length)
            throw new ArgumentException($"There are {classes.Length} classes, but room for only {rates.Length} rates.", nameof(rates));
        foreach (ref readonly var item in classes)
        {
            if (item.Id is null)
                throw new ArgumentException("A class has no id.", name);
            if (!IsAmount(item.Count))
                throw new ArgumentOutOfRangeException(name, item.Count, $"The count of '{item.Id}' must be finite and not negative.");
        }

        UniqueIds.ThrowIfRepeated(classes, name);
    }

    /// <summary>An amount of traces.</summary>
    public static bool IsAmount(double value) => value >= 0 && double.IsFinite(value);
}
