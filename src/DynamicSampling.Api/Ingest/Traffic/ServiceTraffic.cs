using System.Runtime.InteropServices;
using DynamicSampling.Api.Ingest.Otlp;
using DynamicSampling.Api.Serving;

namespace DynamicSampling.Api.Ingest.Traffic;

/// <summary>What is known in memory of a service: counts that are not stored yet, what its clients were served, and whether they obey.</summary>
internal sealed class ServiceTraffic(OrganizationTraffic home, string service)
{
    /// <summary>
    /// A span that states less is taken for one that states nothing: by mistake or on purpose, it would stand for more traces than there
    /// are. For the same reason a span under a lower rate is taken for one under this.
    /// </summary>
    public const double LeastBelieved = 1e-9;

    /// <summary>So long spans wait for the report of their minute. Samplers report every ten seconds.</summary>
    private const long ReportPatience = 30_000;

    // A struct, changed in place.
    private Evidence _evidence;

    private long _reportedAt;
    private int _reportedMinute;

    /// <summary>All services of its organization.</summary>
    public OrganizationTraffic Home => home;

    public string Organization => home.Name;

    public string Service => service;

    /// <summary>Guards all that follows.</summary>
    public Lock Gate { get; } = new();

    public PendingCounts Pending { get; } = new();

    /// <summary>What clients were served; null before the first poll.</summary>
    public PollHistory? Polls { get; private set; }

    /// <summary>How many polls this process has answered.</summary>
    public long PollsHere { get; private set; }

    /// <summary>Whether there have been polls since <see cref="Polls"/> was stored.</summary>
    public bool HasNewPolls { get; set; }

    /// <summary>Whether the table has dropped it; then it must be found again.</summary>
    public bool IsGone { get; set; }

    public ref readonly Evidence Evidence => ref _evidence;

    /// <summary>A client polled.</summary>
    public void Polled(long now, OperationRates rates)
    {
        (Polls ??= new()).Add(now, rates);
        PollsHere++;
        HasNewPolls = true;
    }

    /// <summary>Clients polled another process.</summary>
    /// <param name="at">When the last of them did, in milliseconds since the Unix epoch.</param>
    /// <param name="rates">What they were given.</param>
    /// <param name="polls">How many.</param>
    public void PolledElsewhere(long at, OperationRates rates, int polls)
    {
        Polls ??= new();
        for (var i = 0; i < polls; i++)
            Polls.Add(at, rates);
    }

    /// <summary>A process of it has reported what it counted.</summary>
    /// <param name="now">Milliseconds since the Unix epoch.</param>
    /// <param name="minute">The last minute of which the report tells.</param>
    public void Reported(long now, int minute)
    {
        _reportedAt = Math.Max(_reportedAt, now);
        _reportedMinute = Math.Max(_reportedMinute, minute);
    }

    /// <summary>
    /// The last minute whose estimates can be stored. What true counts will soon be there of waits for them: else each minute would be estimated at its
    /// beginning.
    /// </summary>
    /// <param name="now">Milliseconds since the Unix epoch.</param>
    public int LastMinuteToStore(long now) =>
        // Reports of long ago must not hold back what is now.
        now - _reportedAt < ReportPatience ? Math.Max(_reportedMinute, (int)(now / 60_000) - 2) : int.MaxValue;

    /// <summary>What was known of polls before the process started.</summary>
    public void Restore(PollHistory polls) => Polls ??= polls;

    /// <summary>Counts a root span that arrived.</summary>
    /// <param name="span">The span.</param>
    /// <param name="transaction">Its name.</param>
    /// <param name="start">When it started, in milliseconds since the Unix epoch.</param>
    /// <param name="now">When it arrived.</param>
    /// <param name="maxNames">How many transactions are told apart.</param>
    /// <returns>False if it was counted under the name for all others.</returns>
    public bool Count(in CountedSpan span, ReadOnlySpan<char> transaction, long start, long now, int maxNames)
    {
        _evidence.Arrived(now);
        var inForce = default(RateInForce);
        var isServed = Polls is not null && Polls.TryGetRate(start, transaction, out inForce);
        double probability;
        if (span.Probability is { } stated and >= LeastBelieved)
        {
            probability = stated;
            if (isServed)
                WeighStated(stated, inForce, transaction);
        }
        else if (isServed)
        {
            _evidence.Silent(span.Identity, inForce.Highest);
            // A rate of 0 keeps nothing: what came was kept by somebody else.
            probability = inForce.Rate > 0 && !_evidence.IsProvenToIgnore ? Math.Max(inForce.Rate, LeastBelieved) : 1;
        }
        else
        {
            probability = 1;
        }

        return Pending.Add(transaction, (int)(start / 60_000), 1 / probability, maxNames);
    }

    private void WeighStated(double stated, RateInForce inForce, ReadOnlySpan<char> transaction)
    {
        // With several clients between two versions, any rate that was given counts as in force.
        var isInForce = Math.Abs(stated - inForce.Rate) <= Evidence.Tolerance * stated
            || Math.Abs(stated - inForce.Highest) <= Evidence.Tolerance * stated
            || Math.Abs(stated - Polls!.LatestRates.Of(transaction)) <= Evidence.Tolerance * stated;
        _evidence.Stated(isInForce, isInForce || Polls!.Gave(transaction, stated, Evidence.Tolerance));
    }
}

/// <summary>What of a root span is needed beside its name.</summary>
/// <param name="Identity">The span; the default value when it does not say.</param>
/// <param name="Probability">The probability with which the client kept it, above 0; null when it does not say.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CountedSpan(SpanIdentity Identity, double? Probability);
