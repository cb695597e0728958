using System.Globalization;
using System.Runtime.InteropServices;

namespace DynamicSampling.Dashboard.Charts;

/// <summary>Where instants are between the left and the right edge of a chart, and which of them are named.</summary>
/// <param name="Start">The left edge.</param>
/// <param name="End">The right edge.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TimeScale(DateTimeOffset Start, DateTimeOffset End)
{
    private const int MostTicks = 8;

    private static readonly TimeSpan[] Steps =
    [
        TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1),
        TimeSpan.FromHours(2), TimeSpan.FromHours(3), TimeSpan.FromHours(6), TimeSpan.FromHours(12), TimeSpan.FromDays(1), TimeSpan.FromDays(2), TimeSpan.FromDays(7),
        TimeSpan.FromDays(28),
    ];

    /// <summary>0 at the left edge, 1 at the right one; beyond them it is the edge.</summary>
    public double At(DateTimeOffset instant) => End > Start ? Math.Clamp((instant - Start) / (End - Start), 0, 1) : 0;

    /// <summary>Round instants, eight at the most.</summary>
    public IEnumerable<(DateTimeOffset At, string Text)> Ticks()
    {
        var span = End - Start;
        var step = Steps.FirstOrDefault(step => span / step <= MostTicks, Steps[^1]);
        for (var ticks = ((Start.UtcTicks / step.Ticks) + 1) * step.Ticks; ticks < End.UtcTicks; ticks += step.Ticks)
        {
            var at = new DateTimeOffset(ticks, TimeSpan.Zero);
            yield return (at, at.ToString(step < TimeSpan.FromDays(1) ? "HH:mm" : "MM-dd", CultureInfo.InvariantCulture));
        }
    }
}
