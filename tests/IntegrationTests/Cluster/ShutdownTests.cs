using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using DynamicSampling.IntegrationTests.Ingest;
using DynamicSampling.IntegrationTests.Postgres;
using DynamicSampling.IntegrationTests.Storage;

namespace DynamicSampling.IntegrationTests.Cluster;

/// <summary>
/// A process is told to stop while many clients send to it, and stops in order: what it has acknowledged is in the database afterwards, once, however
/// little it had stored when it was told.
/// </summary>
public sealed class ShutdownTests
{
    private const int Clients = 8;
    private const int SpansARequest = 3;
    private const int AcknowledgedBefore = 200;

    // Far longer than it takes: whoever waits this long waits forever.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Stop_WhileClientsSend_LosesNothingThatWasAcknowledged(bool durable) => StopAsync(TestStorage.Sqlite, durable);

    [PostgresTheory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Stop_WhileClientsSendOnPostgres_LosesNothingThatWasAcknowledged(bool durable) => StopAsync(TestStorage.Postgres, durable);

    private static async Task StopAsync(TestStorage storage, bool durable)
    {
        var directory = Directory.CreateTempSubdirectory("dynamic-sampling-tests-").FullName;
        var database = new TestDatabase(storage, directory);
        try
        {
            await using var node = await NodeProcess.StartAsync("node", new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Storage:Provider"] = database.Provider,
                ["ConnectionStrings:DynamicSampling"] = database.ConnectionString.Replace("Pooling=False", "Pooling=True", StringComparison.Ordinal),
                ["Ingest:Durable"] = durable ? "true" : "false",
                // Every request has a name of its own, so that it can be told what became of it.
                ["Ingest:MaxTransactionsPerProject"] = "1000000",
                ["Scheduling:Cycle"] = "00:00:02",
                ["Scheduling:Shards"] = "2",
            });
            var posted = new Sent();
            var traced = new Sent();
            var clients = Enumerable.Range(0, Clients).SelectMany(client => (Task[])
            [
                SendAsync(posted, $"posted-{client}", name => node.Client.PostAsJsonAsync("/api/volumes", new[] { new { project = "posted", transaction = name, total = SpansARequest, kept = SpansARequest } })),
                SendAsync(traced, $"traced-{client}", name => node.Client.PostAsJsonAsync("/v1/traces", Traces.Roots("traced", name, SpansARequest, TimeProvider.System.GetUtcNow()))),
            ]).ToArray();
            await Task.WhenAny(Task.WhenAll(posted.Enough, traced.Enough), Task.WhenAll(clients)).WaitAsync(Patience, TimeProvider.System);

            await node.StopAsync().WaitAsync(Patience, TimeProvider.System);
            await Task.WhenAll(clients).WaitAsync(Patience, TimeProvider.System);

            Assert.True(node.ExitCode == 0, $"It has ended with {node.ExitCode}:\n{node.Output}");
            AssertCounted(posted, database, "posted");
            AssertCounted(traced, database, "traced");
        }
        finally
        {
            await database.DropAsync();
            Directory.Delete(directory, recursive: true);
        }
    }

    // Sends until there is nobody any more who answers. Nothing is sent twice.
    private static async Task SendAsync(Sent sent, string client, Func<string, Task<HttpResponseMessage>> send)
    {
        for (var number = 0; ; number++)
        {
            var name = $"{client}-{number}";
            try
            {
                using var response = await send(name);
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    sent.Acknowledge(name);
                    continue;
                }

                // Told that it may be there or not.
                Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
                sent.Unanswered.Add(name);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                sent.Unanswered.Add(name);
                return;
            }
        }
    }

    private static void AssertCounted(Sent sent, TestDatabase database, string project)
    {
        var counted = database.Query(
            "SELECT t.name, SUM(v.kept) FROM volumes v JOIN projects p ON p.id = v.project_id JOIN transactions t ON t.id = v.transaction_id WHERE p.name = @project GROUP BY t.name",
            reader => (Name: reader.GetString(0), Kept: reader.GetDouble(1)),
            [("project", project)]).ToDictionary(row => row.Name, row => row.Kept, StringComparer.Ordinal);

        Assert.True(sent.Acknowledged.Count >= AcknowledgedBefore);
        Assert.All(sent.Acknowledged, name => Assert.Equal(SpansARequest, counted.GetValueOrDefault(name)));
        Assert.All(counted, row => Assert.Equal(SpansARequest, row.Value));
        Assert.Empty(counted.Keys.Except(sent.Acknowledged).Except(sent.Unanswered));
    }

    /// <summary>What clients have sent.</summary>
    private sealed class Sent
    {
        private readonly TaskCompletionSource _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ConcurrentBag<string> Acknowledged { get; } = [];

        public ConcurrentBag<string> Unanswered { get; } = [];

        /// <summary>Ends when the clients are well under way.</summary>
        public Task Enough => _enough.Task;

        public void Acknowledge(string name)
        {
            Acknowledged.Add(name);
            if (Acknowledged.Count >= AcknowledgedBefore)
                _enough.TrySetResult();
        }
    }
}
