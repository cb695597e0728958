using System.Text.Json;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.IntegrationTests.Storage;

public class ExactAndEstimatedTests
{
    private const long Minute = VolumeTable.Minute;
    private const bool Exact = true;
    private const bool Estimated = false;

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
        await host.CountAsync(exactFirst, Minute, ("a", exactFirst ? 100 : 130, exactFirst ? 7 : 5));
        await host.CountAsync(!exactFirst, Minute, ("a", exactFirst ? 130 : 100, exactFirst ? 5 : 7));

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

    /// <summary>Batches of both kinds, cut up and shuffled, lead to the same as one batch of the sums of each.</summary>
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
        foreach (var isExact in new[] { Exact, Estimated })
        {
            await host.Volumes().AddAsync(
                VolumeTable.Batch(isExact, pieces.Where(piece => piece.IsExact == isExact).Select(piece => ("sums", piece.Transaction, piece.Minute, piece.Total, piece.Kept))),
                idempotencyKey: null, CancellationToken.None);
        }

        for (var order = 0; order < 5; order++)
        {
            var project = $"order {order}";
            var shuffled = pieces.ToArray();
            random.Shuffle(shuffled);
            for (var at = 0; at < shuffled.Length;)
            {
                var together = shuffled.Skip(at).Take(random.Next(1, 6)).TakeWhile(piece => piece.IsExact == shuffled[at].IsExact).ToList();
                at += together.Count;
                await host.Volumes().AddAsync(
                    VolumeTable.Batch(together[0].IsExact, together.Select(piece => (project, piece.Transaction, piece.Minute, piece.Total, piece.Kept))),
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
                    pieces.Where(piece => piece.IsExact && piece.Minute == minute.Key).Sum(piece => piece.Kept), minute.Sum(row => row.Kept), 1e-4));
        }
    }

    // Few minutes and names, so that all meet; the last minute has no exact counts but for nothing.
    private static (bool IsExact, long Minute, string Transaction, double Total, double Kept) Piece(Random random, bool keptIsKnown)
    {
        var isExact = random.Next(2) == 0;
        var minute = Minute + 58 + random.Next(4);
        string[] names = ["a", "b", "c", "d", "e", Names.OtherTransactions];
        var total = isExact && minute == Minute + 61 ? 0 : random.Next(1, 400) / 4.0;
        return (isExact, minute, names[isExact ? random.Next(4, 6) : random.Next(6)], total, isExact && !keptIsKnown ? 0 : random.Next(1, 9) / 8.0 * total);
    }

    private static double Total(List<(bool IsExact, long Minute, string Transaction, double Total, double Kept)> pieces, long minute)
    {
        var exact = pieces.Where(piece => piece.IsExact && piece.Minute == minute).Sum(piece => piece.Total);
        return exact > 0 ? exact : pieces.Where(piece => piece.Minute == minute).Sum(piece => piece.Total);
    }

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
