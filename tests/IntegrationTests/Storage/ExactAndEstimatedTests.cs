using System.Text.Json;
using DynamicSampling.Api.Ingest;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.IntegrationTests.Storage;

public class ExactAndEstimatedTests
{
    private const long Minute = VolumeTable.Minute;
    private const VolumeSource Exact = VolumeSource.Posted;
    private const VolumeSource Estimated = VolumeSource.Spans;

    private static readonly VolumeSource[] BestFirst = [VolumeSource.Reports, VolumeSource.XRay, VolumeSource.Posted, VolumeSource.HttpMetrics, VolumeSource.SpanMetrics];

    [Fact]
    public async Task Add_Estimates_AreNotExact()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await host.CountAsync(Estimated, Minute, ("a", 10, 1));
        await host.CountAsync(Estimated, Minute, ("a", 20, 2));

        Assert.Equal([(Minute, "a", 30, 3, 0)], host.Rows());
        Assert.Equal([(Minute / 60, 30, 3, 1)], host.Hours());
        Assert.Equal([("p", null, false)], await ExactAsync(client, ""));
        Assert.Equal([("p", "a", false)], await ExactAsync(client, "&by=transaction"));
        Assert.False((await host.Volumes().ReadTotalAsync("acme", new(Minute, Minute + 59), CancellationToken.None)).IsExact);
        Assert.False((await host.Volumes().ReadTotalAsync("acme", new(Minute, Minute), CancellationToken.None)).IsExact);
        Assert.All(
            (await client.GetJsonAsync("/api/organizations/acme/goal")).GetProperty("achieved").EnumerateArray(), window => Assert.False(window.GetProperty("exact").GetBoolean()));
    }

    [Fact]
    public async Task ReadTotal_OneEstimatedMinuteOrProject_IsNotExact()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await host.CountAsync(Exact, Minute, ("a", 10, 1));
        await host.CountAsync(Exact, Minute + 60, ("a", 10, 1));
        await host.CountAsync(Estimated, Minute + 61, ("a", 10, 1));

        Assert.Equal([(Minute / 60, 10, 1, 0), ((Minute / 60) + 1, 20, 2, 1)], host.Hours());
        Assert.Equal(
            [true, false, true, false],
            await IsExactAsync(host, new(Minute, Minute + 59), new(Minute, Minute + 119), new(Minute, Minute + 60), new(Minute, Minute + 61)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Add_ExactCountsOfTheSameTransaction_WinWhateverComesFirst(bool exactFirst)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await host.CountAsync(exactFirst ? Exact : Estimated, Minute, ("a", exactFirst ? 100 : 130, exactFirst ? 7 : 5));
        await host.CountAsync(exactFirst ? Estimated : Exact, Minute, ("a", exactFirst ? 130 : 100, exactFirst ? 5 : 7));

        Assert.Equal([(Minute, "a", 100, 7, 1)], host.Rows());
        Assert.Equal([(Minute / 60, 100, 7, 0)], host.Hours());
        Assert.Equal([("p", "a", true)], await ExactAsync(client, "&by=transaction"));
    }

    [Fact]
    public async Task Add_ExactProjectTotal_IsDividedAsTheEstimatesAre()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await host.CountAsync(Estimated, Minute, ("a", 300, 30), ("b", 100, 10));
        await host.CountAsync(Exact, Minute, (Names.OtherTransactions, 200, 0));
        var atFirst = host.Rows();
        await host.CountAsync(Estimated, Minute, ("c", 400, 4));

        Assert.Equal([(Minute, "a", 150, 30, 2), (Minute, "b", 50, 10, 2)], atFirst);
        Assert.Equal([(Minute, "a", 75, 30, 2), (Minute, "b", 25, 10, 2), (Minute, "c", 100, 4, 2)], host.Rows());
        Assert.Equal([(Minute / 60, 200, 44, 0)], host.Hours());
        Assert.Equal([("p", null, true)], await ExactAsync(client, ""));
        Assert.Equal([("p", "c", false), ("p", "a", false), ("p", "b", false)], await ExactAsync(client, "&by=transaction"));
        Assert.Equal([true, true], await IsExactAsync(host, new(Minute, Minute + 59), new(Minute, Minute)));
    }

    [Fact]
    public async Task Add_ExactCountsNameAllTransactions_OthersAreNotCounted()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await host.CountAsync(Exact, Minute, ("a", 100, 10));
        await host.CountAsync(Estimated, Minute, ("b", 50, 5));

        Assert.Equal([(Minute, "a", 100, 10, 1)], host.Rows());
        Assert.Equal([(Minute / 60, 100, 10, 0)], host.Hours());
        Assert.Equal(3, host.Count("mixed_volumes") + host.Count("volumes"));
    }

    [Fact]
    public async Task Add_ExactCountOfNothing_LeavesTheEstimates()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await host.CountAsync(Estimated, Minute, ("a", 50, 5));
        await host.CountAsync(Exact, Minute, ("a", 0, 0), ("b", 0, 0));

        Assert.Equal([(Minute, "a", 50, 5, 0), (Minute, "b", 0, 0, 1)], host.Rows());
        Assert.Equal([(Minute / 60, 50, 5, 1)], host.Hours());
        Assert.Equal([("p", null, false)], await ExactAsync(client, ""));
    }

    [Fact]
    public async Task Add_CountsBeyondAllNumbers_DoNotKeepOthersFromBeingStored()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        // Each is a number, and their sum is none; what is taken from that would be refused by the database for ever.
        await host.CountAsync(Exact, Minute, ("a", 1e308, 1e308), ("b", 1e308, 0), ("c", 1e308, 0));
        await host.CountAsync(Exact, Minute, ("a", 1e308, 1e308));

        await host.CountAsync(Estimated, Minute, ("a", 10, 1), ("d", 10, 1));
        await host.CountAsync(Estimated, Minute, ("a", 10, 1));

        Assert.All(host.Rows(), row => Assert.True(double.IsFinite(row.Total) && row.Total > 0));
        Assert.True(double.IsFinite((await host.Volumes().ReadTotalAsync("acme", new(Minute, Minute + 59), CancellationToken.None)).Total));
    }

    [Fact]
    public async Task Add_MixedMinute_LeavesOtherMinutesAndProjectsAlone()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await host.Volumes().AddAsync(
            VolumeTable.Batch(Estimated, ("p", "a", Minute, 10, 1), ("p", "a", Minute + 1, 20, 2), ("q", "a", Minute, 30, 3)), idempotencyKey: null, CancellationToken.None);
        await host.CountAsync(Exact, Minute, ("a", 100, 7));

        Assert.Equal([(Minute, "a", 100, 7, 1), (Minute + 1, "a", 20, 2, 0)], host.Rows());
        Assert.Equal([(Minute, "a", 30, 3, 0)], host.Rows("q"));
        Assert.Equal([(Minute / 60, 120, 9, 1)], host.Hours());
    }

    [Theory]
    [InlineData("/api/organizations/acme?data=true")]
    [InlineData("/api/organizations/acme/projects/p?data=true")]
    public async Task Delete_WithData_DropsWhatCameInToo(string path)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await host.CountAsync(Exact, Minute, ("a", 100, 10));
        await host.CountAsync(Estimated, Minute, ("b", 50, 5));
        using var deleted = await client.DeleteAsync(path);

        Assert.True(deleted.IsSuccessStatusCode);
        Assert.Equal(0, host.Count("mixed_volumes") + host.Count("volumes") + host.Count("transactions"));
    }

    [Theory]
    [InlineData(VolumeSource.Reports, VolumeSource.XRay)]
    [InlineData(VolumeSource.XRay, VolumeSource.Posted)]
    [InlineData(VolumeSource.Posted, VolumeSource.HttpMetrics)]
    [InlineData(VolumeSource.HttpMetrics, VolumeSource.SpanMetrics)]
    internal async Task Add_TwoWhoCountedAMinute_OnlyTheBetterOneCounts(VolumeSource better, VolumeSource worse)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await host.CountAsync(better, Minute, ("a", 100, 7));
        await host.CountAsync(worse, Minute, ("a", 120, 0), ("b", 5, 0));
        await host.CountAsync(worse, Minute + 1, ("a", 120, 3));
        await host.CountAsync(better, Minute + 1, ("a", 100, 7), ("c", 1, 0));
        await host.CountAsync(worse, Minute + 2, ("a", 9, 0));

        Assert.Equal(
            [(Minute, "a", 100, 7, (long)better), (Minute + 1, "a", 100, 7, (long)better), (Minute + 1, "c", 1, 0, (long)better), (Minute + 2, "a", 9, 0, (long)worse)],
            host.Rows());
        Assert.Equal([(Minute / 60, 210, 14, 0)], host.Hours());
        Assert.Equal([("p", "a", true)], await ExactAsync(client, "&by=transaction"));
    }

    [Fact]
    public async Task Add_SpansBesideTwoWhoCounted_TellWhatTheBetterOneDoesNot()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await host.CountAsync(VolumeSource.HttpMetrics, Minute, ("a", 100, 0));
        await host.CountAsync(VolumeSource.Spans, Minute, ("a", 90, 9));
        await host.CountAsync(VolumeSource.SpanMetrics, Minute, ("a", 99, 0));

        Assert.Equal([(Minute, "a", 100, 9, (long)VolumeSource.HttpMetrics)], host.Rows());
    }

    /// <summary>Batches of several sources, cut up and shuffled, lead to the same as one batch of the sums of each.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public async Task Add_AnyOrderOfAnyPieces_LeadsToTheSame(int seed, bool keptIsKnown)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var random = new Random(seed);
        var pieces = Enumerable.Range(0, 60).Select(_ => Piece(random, keptIsKnown)).ToList();
        foreach (var ofSource in pieces.GroupBy(piece => piece.Source))
        {
            await host.Volumes().AddAsync(
                VolumeTable.Batch(ofSource.Key, ofSource.Select(piece => ("sums", piece.Transaction, piece.Minute, piece.Total, piece.Kept))),
                idempotencyKey: null, CancellationToken.None);
        }

        for (var order = 0; order < 5; order++)
        {
            var project = $"order {order}";
            var shuffled = pieces.ToArray();
            random.Shuffle(shuffled);
            for (var at = 0; at < shuffled.Length;)
            {
                var together = shuffled.Skip(at).Take(random.Next(1, 6)).TakeWhile(piece => piece.Source == shuffled[at].Source).ToList();
                at += together.Count;
                await host.Volumes().AddAsync(
                    VolumeTable.Batch(together[0].Source, together.Select(piece => (project, piece.Transaction, piece.Minute, piece.Total, piece.Kept))),
                    idempotencyKey: null, CancellationToken.None);
            }

            Assert.Equal(host.Rows("sums"), host.Rows(project));
            Assert.Equal(host.Hours("sums"), host.Hours(project));
        }

        var rows = host.Rows("sums");
        Assert.All(rows, row => Assert.InRange(row.Kept, 0, row.Total));
        Assert.All(rows.GroupBy(row => row.Minute), minute => Assert.Equal(Total(pieces, minute.Key), minute.Sum(row => row.Total), 1e-4));
        Assert.All(
            rows.GroupBy(row => row.Minute / 60).Zip(host.Hours("sums")),
            hour =>
            {
                Assert.Equal(hour.First.Sum(row => row.Total), hour.Second.Total, 1e-4);
                Assert.Equal(hour.First.Sum(row => row.Kept), hour.Second.Kept, 1e-4);
                Assert.Equal(hour.First.Where(row => row.Exact == 0).Select(row => row.Minute).Distinct().Count(), hour.Second.EstimatedMinutes);
            });
        if (keptIsKnown)
        {
            Assert.All(
                rows.Where(row => row.Exact != 0).GroupBy(row => row.Minute),
                minute => Assert.Equal(
                    pieces.Where(piece => piece.Source != Estimated && piece.Source == Best(pieces, minute.Key) && piece.Minute == minute.Key).Sum(piece => piece.Kept), minute.Sum(row => row.Kept), 1e-4));
        }
    }

    // Few minutes and names, so that all meet; the last minute has no exact counts but for nothing.
    private static (VolumeSource Source, long Minute, string Transaction, double Total, double Kept) Piece(Random random, bool keptIsKnown)
    {
        var source = random.Next(2) == 0 ? Estimated : BestFirst[random.Next(3)];
        var isExact = source != Estimated;
        var minute = Minute + 58 + random.Next(4);
        string[] names = ["a", "b", "c", "d", "e", Names.OtherTransactions];
        var total = isExact && minute == Minute + 61 ? 0 : random.Next(1, 400) / 4.0;
        return (source, minute, names[isExact ? random.Next(4, 6) : random.Next(6)], total, isExact && !keptIsKnown ? 0 : random.Next(1, 9) / 8.0 * total);
    }

    private static double Total(List<(VolumeSource Source, long Minute, string Transaction, double Total, double Kept)> pieces, long minute) =>
        pieces.Where(piece => piece.Source == Best(pieces, minute) && piece.Minute == minute).Sum(piece => piece.Total);

    private static VolumeSource Best(List<(VolumeSource Source, long Minute, string Transaction, double Total, double Kept)> pieces, long minute) =>
        Array.Find(BestFirst, source => pieces.Exists(piece => piece.Source == source && piece.Minute == minute && piece.Total > 0));

    private static async Task<List<bool>> IsExactAsync(ApiHost host, params MinuteWindow[] windows)
    {
        var exact = new List<bool>();
        foreach (var window in windows)
            exact.Add((await host.Volumes().ReadTotalAsync("acme", window, CancellationToken.None)).IsExact);
        return exact;
    }

    private static async Task<List<(string?, string?, bool)>> ExactAsync(HttpClient client, string query) =>
        [.. (await client.GetJsonAsync($"/api/organizations/acme/volumes?window=1h{query}")).GetProperty("items").EnumerateArray().Select(item => (
            item.GetProperty("project").GetString(),
            item.GetProperty("transaction") is { ValueKind: JsonValueKind.String } name ? name.GetString() : null,
            item.GetProperty("exact").GetBoolean()))];
}
