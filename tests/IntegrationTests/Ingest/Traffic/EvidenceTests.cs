using DynamicSampling.Api.Ingest.Otlp;
using DynamicSampling.Api.Ingest.Traffic;
using DynamicSampling.Api.Serving;

namespace DynamicSampling.IntegrationTests.Ingest.Traffic;

/// <summary>Whether clients obey, told from what arrives.</summary>
public sealed class EvidenceTests
{
    private const long Start = 1_795_000_020_000;
    private const double Rate = 0.2;
    private readonly Random _random = new(3);
    private readonly ServiceTraffic _service = new(new OrganizationTraffic("acme"), "checkout");

    [Theory]
    [InlineData("quarters")]
    [InlineData("lower half")]
    [InlineData("lower half, signed")]
    [InlineData("upper half, signed")]
    public void Silent_KeptByTheRate_IsObeying(string number)
    {
        Poll();
        Send(Start, 500, id => NumberOf(id, number) < Rate);

        Assert.Equal(ClientStatus.Obeying, ClientState.Of(_service, Start).Status);
        Assert.Equal(500, _service.Evidence.InLine);
    }

    [Fact]
    public void Silent_KeptBySomethingElse_IsIgnoring()
    {
        Poll();
        Send(Start, 500, _ => true);

        var state = ClientState.Of(_service, Start);
        Assert.Equal(ClientStatus.Ignoring, state.Status);
        Assert.Equal(500, state.CheckedSpans);
        Assert.InRange(state.SpansInLine, 50, 200);
    }

    [Fact]
    public void Silent_TooFew_ProveNothing()
    {
        Poll();
        Send(Start, Evidence.Enough - 1, _ => true);

        Assert.Equal(ClientStatus.Obeying, ClientState.Of(_service, Start).Status);
    }

    [Fact]
    public void Count_IgnoringForTwoWholeMinutes_IsTakenForAllThereIs()
    {
        Poll();
        Send(Start, 100, _ => true);
        Assert.Equal(100 / Rate, Taken(), 1e-9);
        Send(Start + 60_000, 100, _ => true);
        Assert.Equal(100 / Rate, Taken(), 1e-9);
        Send(Start + 120_000, 100, _ => true);
        Assert.Equal(100, Taken(), 1e-9);

        // And believed again when it obeys again for a while.
        for (var minute = 3; minute < 6; minute++)
        {
            Taken();
            Send(Start + (minute * 60_000), 100, id => NumberOf(id, "quarters") < Rate);
        }

        Assert.Equal(100 / Rate, Taken(), 1e-9);
    }

    [Fact]
    public void Stated_TheRateInForce_IsObeyingAndAnEarlierOneStale()
    {
        Poll();
        Poll(0.4, at: Start - 500);
        Send(Start, 100, _ => true, probability: 0.4);
        Assert.Equal(ClientStatus.Obeying, ClientState.Of(_service, Start).Status);

        Send(Start, 100, _ => true, probability: Rate);
        Assert.Equal(ClientStatus.Stale, ClientState.Of(_service, Start).Status);

        Send(Start, 100, _ => true, probability: 0.77);
        Assert.Equal(ClientStatus.Ignoring, ClientState.Of(_service, Start).Status);
    }

    [Fact]
    public void Status_PollsStop_IsStaleWhileSpansArrive()
    {
        Poll();
        Send(Start + 300_000, 100, id => NumberOf(id, "quarters") < Rate);

        Assert.Equal(ClientStatus.Stale, ClientState.Of(_service, Start + 300_000).Status);
    }

    [Fact]
    public void Status_SpansWithoutPolls_HasNeverPolledAndPollsWithoutSpansAreUnknown()
    {
        Send(Start, 1, _ => true);
        Assert.Equal(ClientStatus.NeverPolled, ClientState.Of(_service, Start).Status);

        var other = new ServiceTraffic(new("acme"), "other");
        other.Polled(Start, new(version: 1, Rate, []));
        Assert.Equal(ClientStatus.Unknown, ClientState.Of(other, Start).Status);
    }

    [Fact]
    public void Count_ServedNextToNothing_StandsForNoMoreThanIsBelieved()
    {
        Poll(double.Epsilon);
        Send(Start, 2, _ => true);

        Assert.Equal(2 / ServiceTraffic.LeastBelieved, Taken(), 1);
    }

    private static double NumberOf(UInt128 id, string number)
    {
        var (high, low) = ((ulong)(id >> 64), (ulong)id);
        return number switch
        {
            "quarters" => ((uint)(high >> 32) ^ (uint)high ^ (uint)(low >> 32) ^ (uint)low) / (double)uint.MaxValue,
            "lower half" => low / (double)ulong.MaxValue,
            "lower half, signed" => Math.Abs((double)(long)low) / long.MaxValue,
            _ => Math.Abs((double)(long)high) / long.MaxValue,
        };
    }

    private void Poll(double rate = Rate, long at = Start - 1000) => _service.Polled(at, new(version: 1, rate, []));

    private void Send(long at, int spans, Func<UInt128, bool> keeps, double? probability = null)
    {
        for (var sent = 0; sent < spans;)
        {
            var id = new UInt128((ulong)_random.NextInt64() | ((ulong)_random.Next(2) << 63), (ulong)_random.NextInt64() | ((ulong)_random.Next(2) << 63));
            if (!keeps(id))
                continue;
            _service.Count(new(new SpanIdentity(id, (ulong)sent + 1), probability), "GET /", at, at, maxNames: 100);
            sent++;
        }
    }

    private double Taken()
    {
        var batch = new DynamicSampling.Api.Ingest.VolumeBatch { Source = DynamicSampling.Api.Ingest.VolumeSource.Spans };
        _service.Pending.Take("acme", "checkout", batch);
        return batch.Counts.Values.Sum(count => count.Total);
    }
}
