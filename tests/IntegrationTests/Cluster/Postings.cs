using System.Net;

namespace DynamicSampling.IntegrationTests.Cluster;

/// <summary>
/// Posts volumes to nodes in turn for as long as the test goes on, as a client does that means it: what is not acknowledged is sent again with its
/// key, to the next node. So in the end all of it has been acknowledged once.
/// </summary>
internal sealed class Postings : IAsyncDisposable
{
    public const int Organizations = 12;
    public const int Projects = 3;

    private const int Writers = 3;

    private readonly CancellationTokenSource _ending = new();
    private readonly Task[] _writers;
    private readonly DateTimeOffset _at;
    private readonly double[,] _totals = new double[Organizations, Projects];
    private readonly Lock _gate = new();
    private long _acknowledged;
    private long _unacknowledged;

    private Postings(Func<IReadOnlyList<NodeProcess>> nodes)
    {
        // All of it in one minute that is over, so that every pass has the same in its window.
        _at = TimeProvider.System.GetUtcNow().AddMinutes(-5);
        _writers = [.. Enumerable.Range(0, Writers).Select(writer => Task.Run(() => WriteAsync(writer, nodes)))];
    }

    /// <summary>Requests that were acknowledged.</summary>
    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    /// <summary>Attempts that came to nothing, as far as the client knows.</summary>
    public long Unacknowledged => Interlocked.Read(ref _unacknowledged);

    public static Postings Start(Func<IReadOnlyList<NodeProcess>> nodes) => new(nodes);

    public static string Organization(int number) => $"organization-{number:00}";

    public static string Project(int number) => $"project-{number}";

    /// <summary>Posts no more, and waits until all has been acknowledged.</summary>
    /// <returns>What was posted, by organization and project.</returns>
    public async Task<Dictionary<(string Organization, string Project), double>> EndAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_writers);
        var totals = new Dictionary<(string, string), double>();
        for (var organization = 0; organization < Organizations; organization++)
        {
            for (var project = 0; project < Projects; project++)
                totals.Add((Organization(organization), Project(project)), _totals[organization, project]);
        }

        return totals;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _ending.Dispose();
    }

    private async Task WriteAsync(int writer, Func<IReadOnlyList<NodeProcess>> nodes)
    {
        for (var number = 0; !_ending.IsCancellationRequested; number++)
        {
            var organization = ((number * Writers) + writer) % Organizations;
            // Projects of different sizes that grow unevenly, so that each pass has something to balance and to publish.
            var volumes = Enumerable.Range(0, Projects).Select(project => new
            {
                organization = Organization(organization),
                project = Project(project),
                transaction = "GET /",
                timestamp = _at,
                total = Math.Pow(10, project) * (organization + 1) * (1 + (((number / Organizations) + 1) * (project + 1) % 7)),
            }).ToList();
            await AcknowledgeAsync(volumes, $"{writer}-{number}", nodes, number + writer);
            Interlocked.Increment(ref _acknowledged);
            lock (_gate)
            {
                for (var project = 0; project < Projects; project++)
                    _totals[organization, project] += volumes[project].total;
            }
        }
    }

    private async Task AcknowledgeAsync(object volumes, string key, Func<IReadOnlyList<NodeProcess>> nodes, int first)
    {
        for (var attempt = first; ; attempt++)
        {
            var all = nodes();
            using var response = await all[attempt % all.Count].TryPostVolumesAsync(volumes, key);
            if (response?.StatusCode == HttpStatusCode.OK)
                return;
            Interlocked.Increment(ref _unacknowledged);
            // Told to come again, or told nothing at all: never that something was wrong with it.
            if (response is not null)
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
                Assert.NotNull(response.Headers.RetryAfter);
            }
        }
    }
}
