using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Tests.Runtime;

public sealed class NamedTimerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider _clock = new();
    private readonly HookedClock _hooked;
    private readonly NamedTimer _timer;

    public NamedTimerTests()
    {
        _hooked = new(_clock);
        _timer = new Timers(_hooked).GetTimer("a");
    }

    [Fact]
    public void Read_NeverStarted_IsAllZero() => Assert.Equal(default, _timer.Read());

    [Fact]
    public void Read_AfterSeveralCalls_HasCallsLongestFirstStartAndLastEnd()
    {
        _clock.Advance(5);
        using (_timer.Start())
            _clock.Advance(3);
        _clock.Advance(10);
        using (_timer.Start())
            _clock.Advance(1);
        _clock.Advance(100);

        Assert.Equal(new(4 * Second, 2, 3 * Second, 5 * Second, 19 * Second, IsRunning: false), _timer.Read());
    }

    [Fact]
    public void Read_Running_CountsUpToNowAndStopsNothing()
    {
        _clock.Advance(1);
        var call = _timer.Start();
        _clock.Advance(2);

        Assert.Equal(new(2 * Second, 1, TimeSpan.Zero, Second, 3 * Second, IsRunning: true), _timer.Read());
        Assert.Equal(_timer.Read(), _timer.Read());
        _clock.Advance(2);
        call.Dispose();
        Assert.Equal(new(4 * Second, 1, 4 * Second, Second, 5 * Second, IsRunning: false), _timer.Read());
    }

    [Fact]
    public void Stop_Token_KnowsWhichOfOverlappingCallsEnds()
    {
        var first = _timer.Start();
        _clock.Advance(1);
        var second = _timer.Start();
        _clock.Advance(2);
        first.Dispose();
        Assert.Equal((3 * Second, true), (_timer.Read().LongestCall, _timer.Read().IsRunning));
        _clock.Advance(4);
        second.Dispose();

        Assert.Equal(new(7 * Second, 2, 6 * Second, TimeSpan.Zero, 7 * Second, IsRunning: false), _timer.Read());
    }

    [Fact]
    public void Stop_Tokenless_OnlyTheLastCountsForTheLongestCallAsTheWholeTime()
    {
        _timer.Start();
        _clock.Advance(1);
        _timer.Start();
        _clock.Advance(2);
        _timer.Stop();
        Assert.Equal((TimeSpan.Zero, true), (_timer.Read().LongestCall, _timer.Read().IsRunning));
        _clock.Advance(4);
        _timer.Stop();

        Assert.Equal(new(7 * Second, 2, 7 * Second, TimeSpan.Zero, 7 * Second, IsRunning: false), _timer.Read());
    }

    [Fact]
    public void Stop_NoOpenCall_ChangesNothing()
    {
        using (_timer.Start())
            _clock.Advance(1);
        var before = _timer.Read();
        _clock.Advance(1);

        _timer.Stop();

        Assert.Equal(before, _timer.Read());
    }

    [Fact]
    public void Start_ClockWasReadBeforeAnotherCallEnded_CountsNoInstantTwice()
    {
        // The second call's thread reads the clock, and is only then overtaken by the end of the first.
        var first = _timer.Start();
        _clock.Advance(1);
        _hooked.AfterRead = () =>
        {
            _clock.Advance(4);
            first.Dispose();
        };
        var second = _timer.Start();
        _clock.Advance(2);
        second.Dispose();

        Assert.Equal(7 * Second, _timer.Elapsed);
    }

    // A state that was read first and a clock that was read later would count closed time as open.
    [Fact]
    public void Read_StoppedWhileTheClockIsRead_ShowsOneInstant()
    {
        var call = _timer.Start();
        _clock.Advance(1);
        _hooked.BeforeRead = () =>
        {
            call.Dispose();
            _clock.Advance(10);
        };

        var reading = _timer.Read();

        Assert.Equal(new(Second, 1, Second, TimeSpan.Zero, Second, IsRunning: false), reading);
    }

    [Fact]
    public void StartAndStop_ManyThreads_CountEveryCallAndNoTimeTwice()
    {
        const int Calls = 5_000;
        const int ClockSteps = 2_000;
        var outer = _timer.Start();

        Threads.Run(
            [
                .. Enumerable.Repeat(
                    () =>
                    {
                        for (var call = 0; call < Calls; call++)
                        {
                            if (call % 2 == 0)
                            {
                                using (_timer.Start())
                                    _timer.Read();
                            }
                            else
                            {
                                _timer.Start();
                                _timer.Stop();
                            }
                        }
                    },
                    4),
                () =>
                {
                    for (var step = 0; step < ClockSteps; step++)
                        _clock.Advance(0.001);
                },
            ]);
        outer.Dispose();

        var span = TimeSpan.FromMilliseconds(ClockSteps);
        Assert.Equal(new(span, (4 * Calls) + 1, span, TimeSpan.Zero, span, IsRunning: false), _timer.Read());
    }

    [Fact]
    public void Elapsed_ManyThreadsWithGaps_NeverExceedsTheClock()
    {
        // The manual clock takes one step at a time.
        var gate = new Lock();
        void Advance()
        {
            lock (gate)
                _clock.Advance(0.001);
        }

        Threads.Run(Enumerable.Repeat(
            () =>
            {
                for (var call = 0; call < 2_000; call++)
                {
                    using (_timer.Start())
                        Advance();
                    Advance();
                    Assert.InRange(_timer.Elapsed, TimeSpan.Zero, _clock.GetElapsedTime(98_765));
                }
            },
            3));

        var reading = _timer.Read();
        Assert.Equal((6_000, false), (reading.Calls, reading.IsRunning));
        Assert.InRange(reading.Elapsed, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(12));
    }

    // The writer owns the clock: after n calls of 1 ms with gaps of 1 ms every member is known.
    [Fact]
    public void Read_WhileAnotherThreadToggles_NeverTornAndNeverLess()
    {
        const int Toggles = 30_000;
        var ms = TimeSpan.FromMilliseconds(1);
        var done = false;

        void Toggle()
        {
            for (var call = 0; call < Toggles; call++)
            {
                using (_timer.Start())
                    _clock.Advance(ms);
                _clock.Advance(ms);
            }

            Volatile.Write(ref done, true);
        }

        void Watch()
        {
            TimerReading last = default;
            while (!Volatile.Read(ref done))
            {
                var reading = _timer.Read();
                var expected = reading.IsRunning ? reading.Calls - 1 : reading.Calls;
                if (reading.IsRunning)
                    Assert.InRange(reading.Elapsed, expected * ms, reading.Calls * ms);
                else
                    Assert.Equal((reading.Calls * ms, Math.Max(0, (2 * reading.Calls) - 1) * ms), (reading.Elapsed, reading.LastEnd));
                Assert.Equal(expected == 0 ? TimeSpan.Zero : ms, reading.LongestCall);
                Assert.True(reading.Calls >= last.Calls && reading.LastEnd >= last.LastEnd, $"{last}, then {reading}");
                Assert.True(reading.Elapsed >= last.Elapsed, $"{last}, then {reading}");
                Assert.True(reading.Elapsed <= _clock.GetElapsedTime(98_765));
                last = reading;
            }
        }

        Threads.Run(Toggle, Watch, Watch);

        Assert.Equal(new(Toggles * ms, Toggles, ms, TimeSpan.Zero, ((2 * Toggles) - 1) * ms, IsRunning: false), _timer.Read());
    }
}
