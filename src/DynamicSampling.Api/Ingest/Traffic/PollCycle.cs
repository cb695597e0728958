using System.Runtime.InteropServices;

namespace DynamicSampling.Api.Ingest.Traffic;

/// <summary>
/// How many clients poll, and how often. The requests do not say who sent them; but clients that poll at the same interval come in the
/// same order again and again, so with n of them the time from a poll to the n-th after it is always that interval.
/// </summary>
/// <param name="Clients">How many; 0 while that has never been told. While the interval is 0, how many there were: there are not more.</param>
/// <param name="Interval">Milliseconds from one poll of a client to its next; 0 while that cannot be told.</param>
[StructLayout(LayoutKind.Auto)]
internal record struct PollCycle(int Clients, long Interval)
{
    private const int MaxClients = 512;

    /// <summary>Takes the latest poll in.</summary>
    public void Observe(PollHistory polls, int count)
    {
        var last = count - 1;
        if (Interval > 0 && count > Clients && Math.Abs(polls.At(last) - polls.At(last - Clients) - Interval) <= Tolerance(Interval))
        {
            // Most polls end here.
            Interval = polls.At(last) - polls.At(last - Clients);
            return;
        }

        for (var clients = 1; clients <= MaxClients && clients + Math.Max(2, clients) <= count; clients++)
        {
            if (IntervalOf(polls, last, clients) is { } interval)
            {
                this = new(clients, interval);
                return;
            }
        }

        // One that came or went spoils the order only for a while. But fewer polls than before are never a sign of more clients.
        if (Interval > 0 && polls.At(last) - polls.At(Math.Max(0, last - (3 * Clients))) > 4 * Interval)
            Interval = 0;
    }

    // Twice for each client, so that chance is no order.
    private static long? IntervalOf(PollHistory polls, int last, int clients)
    {
        var (shortest, longest) = (long.MaxValue, 0L);
        for (var i = last; i > last - Math.Max(2, clients); i--)
        {
            var interval = polls.At(i) - polls.At(i - clients);
            shortest = Math.Min(shortest, interval);
            longest = Math.Max(longest, interval);
            if (longest - shortest > Tolerance(shortest))
                return null;
        }

        return (shortest + longest) / 2;
    }

    // More would take two clients that come nearly in turn for one that polls twice as often.
    private static long Tolerance(long interval) => (interval / 20) + 50;
}
