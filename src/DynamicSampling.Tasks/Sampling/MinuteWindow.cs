using System.Runtime.InteropServices;

namespace DynamicSampling.Tasks.Sampling;

/// <summary>A run of whole minutes, both ends included, counted from the Unix epoch.</summary>
/// <param name="First">The first minute.</param>
/// <param name="Last">The last minute.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct MinuteWindow(long First, long Last)
{
    /// <summary>The window of that length that ends now: it includes the running minute.</summary>
    /// <param name="now">The instant.</param>
    /// <param name="minutes">The length, 1 or more.</param>
    public static MinuteWindow Ending(DateTimeOffset now, int minutes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(minutes);
        var last = MinuteOf(now);
        return new(last - minutes + 1, last);
    }

    /// <summary>The minute in which an instant lies.</summary>
    public static long MinuteOf(DateTimeOffset instant) => instant.ToUnixTimeSeconds() / 60;

    /// <summary>The start of the first minute.</summary>
    public DateTimeOffset Start => DateTimeOffset.FromUnixTimeSeconds(First * 60);

    /// <summary>The end of the last minute.</summary>
    public DateTimeOffset End => DateTimeOffset.FromUnixTimeSeconds((Last + 1) * 60);
}
