using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Tests.Runtime;

public sealed class TimerActivationTests
{
    [Fact]
    public void Dispose_Default_DoesNothing() => default(TimerActivation).Dispose();

    [Fact]
    public void Equality_ComparesTimerAndStart()
    {
        var clock = new ManualTimeProvider();
        var timers = new Timers(clock);
        var first = timers.Start("a");
        var sameInstant = timers.Start("a");
        var otherTimer = timers.Start("b");
        clock.Advance(1);
        var later = timers.Start("a");

        Assert.True(first == sameInstant && first.Equals((object)sameInstant) && first.GetHashCode() == sameInstant.GetHashCode());
        Assert.True(first != otherTimer && first != later && !first.Equals("a"));
    }
}
