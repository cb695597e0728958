using System.Runtime.InteropServices;
using DynamicSampling.Api.Serving;

namespace DynamicSampling.Api.Ingest.Traffic;

/// <summary>
/// When the clients of a service polled, and what each poll was given. A client goes on with what it got until it polls again; so with n
/// clients, the last n polls before an instant tell what all of them obeyed then. Not thread-safe.
/// </summary>
internal sealed class PollHistory
{
    private const int FirstCapacity = 8;
    private const int MaxPolls = 1024;

    /// <summary>Spans arrive when they have ended and their batch is full: what was served is remembered for longer than that takes.</summary>
    private const long RememberedMilliseconds = 15 * 60 * 1000;

    private Poll[] _polls = new Poll[FirstCapacity];
    private int _start;
    private int _count;
    private bool _hasForgotten;
    private PollCycle _cycle;

    /// <summary>Milliseconds since the Unix epoch of the latest poll.</summary>
    public long Latest => this[_count - 1].At;

    /// <summary>What the latest poll was given.</summary>
    public OperationRates LatestRates => this[_count - 1].Rates;

    /// <summary>How many clients there seem to be, 1 or more.</summary>
    public int Clients => _cycle switch
    {
        { Interval: > 0 } => _cycle.Clients,
        { Clients: > 0 } => Math.Min(_cycle.Clients, PollsOfLastMinute()),
        _ => PollsOfLastMinute(),
    };

    /// <summary>Milliseconds from one poll of a client to its next; 0 while that cannot be told.</summary>
    public long Interval => _cycle.Interval;

    private Poll this[int index] => _polls[(_start + index) & (_polls.Length - 1)];

    /// <summary>What is remembered of the process before this one: its clients go on with what they have until they poll again.</summary>
    public static PollHistory Restore(long at, OperationRates rates, int clients, long interval)
    {
        var history = new PollHistory();
        for (var i = 0; i < Math.Min(clients, MaxPolls / 2); i++)
            history.Append(new(at, rates));
        history._cycle = new(clients, interval);
        // What was served earlier is not known, but it was served.
        history._hasForgotten = true;
        return history;
    }

    /// <summary>A client was given rates.</summary>
    /// <param name="at">Milliseconds since the Unix epoch.</param>
    /// <param name="rates">The rates.</param>
    public void Add(long at, OperationRates rates)
    {
        // Clocks are set back now and then; the order of polls is what counts.
        if (_count > 0)
            at = Math.Max(at, Latest);
        Append(new(at, rates));
        _cycle.Observe(this, _count);
    }

    /// <summary>The time of a poll, counted from the oldest one.</summary>
    public long At(int index) => this[index].At;

    /// <summary>The rate in force for an operation.</summary>
    /// <param name="at">When: milliseconds since the Unix epoch.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="rate">The rate; with several clients that had different ones, the mean.</param>
    /// <returns>False before the first poll.</returns>
    public bool TryGetRate(long at, ReadOnlySpan<char> operation, out RateInForce rate)
    {
        var last = _count - 1;
        while (last >= 0 && this[last].At > at)
            last--;
        if (last < 0)
        {
            if (!_hasForgotten || _count == 0)
            {
                rate = default;
                return false;
            }

            last = 0;
        }

        var first = Math.Max(0, last - Clients + 1);
        var rates = this[last].Rates;
        var value = rates.Of(operation);
        var (sum, highest) = (value, value);
        for (var i = last - 1; i >= first; i--)
        {
            if (!ReferenceEquals(this[i].Rates, rates))
            {
                rates = this[i].Rates;
                value = rates.Of(operation);
                highest = Math.Max(highest, value);
            }

            sum += value;
        }

        rate = new(sum / (last - first + 1), highest);
        return true;
    }

    /// <summary>Whether an operation had a rate in any poll that is remembered.</summary>
    public bool Gave(ReadOnlySpan<char> operation, double rate, double tolerance)
    {
        OperationRates? known = null;
        for (var i = _count - 1; i >= 0; i--)
        {
            if (ReferenceEquals(this[i].Rates, known))
                continue;
            known = this[i].Rates;
            if (Math.Abs(known.Of(operation) - rate) <= tolerance * rate)
                return true;
        }

        return false;
    }

    private void Append(Poll poll)
    {
        if (_count == _polls.Length)
            MakeRoom(poll.At);
        _polls[(_start + _count) & (_polls.Length - 1)] = poll;
        _count++;
    }

    private void MakeRoom(long now)
    {
        if (_polls.Length < MaxPolls && now - this[0].At < RememberedMilliseconds)
        {
            var larger = new Poll[_polls.Length * 2];
            for (var i = 0; i < _count; i++)
                larger[i] = this[i];
            _polls = larger;
            _start = 0;
            return;
        }

        _start = (_start + 1) & (_polls.Length - 1);
        _count--;
        _hasForgotten = true;
    }

    // A minute is what most clients wait from poll to poll.
    private int PollsOfLastMinute()
    {
        var since = Latest - 60_000;
        var first = _count - 1;
        while (first > 0 && this[first - 1].At > since)
            first--;
        return _count - first;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Poll(long At, OperationRates Rates);
}

/// <summary>The rate that clients obeyed at an instant.</summary>
/// <param name="Rate">The mean over the clients, 0 to 1.</param>
/// <param name="Highest">The highest one.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RateInForce(double Rate, double Highest);
