using System.Runtime.InteropServices;

namespace DynamicSampling.Tasks.Runtime;

/// <summary>What a <see cref="NamedTimer"/> showed at one instant; all members belong together.</summary>
/// <param name="Elapsed">Wall time during which at least one activation was open, up to the instant of reading.</param>
/// <param name="Calls">How many activations were started.</param>
/// <param name="LongestCall">The longest activation that has ended.</param>
/// <param name="FirstStart">When the first activation started, counted from the origin of the <see cref="Timers"/>.</param>
/// <param name="LastEnd">When the last activation ended, or the instant of reading while one is open; counted from the same origin.</param>
/// <param name="IsRunning">Whether an activation was open.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TimerReading(
    TimeSpan Elapsed, long Calls, TimeSpan LongestCall, TimeSpan FirstStart, TimeSpan LastEnd, bool IsRunning);
