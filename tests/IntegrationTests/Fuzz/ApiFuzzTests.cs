using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Clients;
using DynamicSampling.IntegrationTests.Storage;
using DynamicSampling.Tasks.Runs;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit.Abstractions;

namespace DynamicSampling.IntegrationTests.Fuzz;

/// <summary>
/// Requests of all kinds for every operation of the service's own OpenAPI document: whatever comes, the service answers it, says what was wrong with it,
/// and goes on.
/// </summary>
public sealed class ApiFuzzTests(ITestOutputHelper output)
{
    private const int Workers = 4;
    private const int Rounds = 20;
    private const int RequestsAHeldRun = 100;
    private const int MaxFaults = 10;

    // On PostgreSQL it is about what that database refuses.
    private static readonly int Requests = FromEnvironment("DYNAMIC_SAMPLING_TESTS_FUZZ_REQUESTS", TestDatabase.Default == TestStorage.Sqlite ? 100_000 : 20_000);
    private static readonly int Seed = FromEnvironment("DYNAMIC_SAMPLING_TESTS_FUZZ_SEED", 20_261_128);

    [Fact]
    public async Task Send_RequestsToEveryOperation_AllAreAnsweredAndNoneBreaksTheService()
    {
        using var logs = new RecordedLogs();
        await using var host = new ApiHost(builder => builder.ConfigureLogging(logging => logging.AddProvider(logs))) { PoolsConnections = true };
        // The examples of the document are about the afternoon.
        host.Clock.Advance(TimeSpan.FromHours(7));
        using var client = host.CreateClient();
        var document = await client.GetJsonAsync(OpenApiDocument.Path);
        var operations = Operation.ReadAll(document);
        var tallies = operations.ToDictionary(operation => operation.Name, _ => new Tally());
        var started = TimeProvider.System.GetTimestamp();

        var faults = new ConcurrentQueue<string>();
        var workers = Enumerable.Range(0, Workers).Select(worker => new RequestGenerator(document, host.Clock.GetUtcNow(), (Seed * Workers) + worker)).ToList();
        for (var round = 0; round < Rounds; round++)
        {
            await Task.WhenAll(workers.Select(generator => Task.Run(() => WorkAsync(host, generator, operations, tallies, faults))));
            // In between, so that no request runs out of time.
            host.Clock.Advance(TimeSpan.FromMinutes(5));
        }

        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        var answers = tallies.Values.SelectMany(tally => tally.Statuses).ToList();
        var successes = answers.Where(status => status.Key < 300).Sum(status => status.Value);
        output.WriteLine($"Seed {Seed}: {Requests} requests, {Requests / seconds:F0} a second, {100.0 * successes / Requests:F0} % of them with success.");
        foreach (var (name, tally) in tallies)
            output.WriteLine($"{name}: {tally}");
        // Passes that meet a deletion, or each other, fail and say so; what nobody expected the framework logs.
        var errors = logs.Lines.Where(line => line.Level >= LogLevel.Error && line.Category.StartsWith("Microsoft.", StringComparison.Ordinal)).Take(MaxFaults).ToList();
        Assert.True(faults.IsEmpty && errors.Count == 0, $"Seed {Seed}, {Requests} requests:\n{string.Join("\n\n", [.. faults, .. errors.Select(error => error.ToString())])}");
        // Nothing is left out; and it is fuzz, but not noise: of a request in two or three, something came.
        Assert.All(tallies, tally => Assert.True(tally.Value.Count >= Requests / 200, $"{tally.Key} was asked {tally.Value.Count} times only."));
        Assert.All(tallies, tally => Assert.True(tally.Value.Successes * 50 >= tally.Value.Count, $"{tally.Key} was hardly ever asked well: {tally.Value}"));
        Assert.InRange(successes, 0.4 * Requests, 0.8 * Requests);
        await AssertItWorksAsync(host, client);
    }

    private static async Task WorkAsync(
        ApiHost host, RequestGenerator generator, IReadOnlyList<Operation> operations, Dictionary<string, Tally> tallies, ConcurrentQueue<string> faults)
    {
        var sender = new InMemorySender(host.Server);
        for (var number = 0; number < Requests / Rounds / Workers && faults.Count < MaxFaults; number++)
        {
            if (number % RequestsAHeldRun == 0)
                generator.Vocabulary.Hear("runs", Hold(host));
            var operation = generator.NextOf(operations);
            var request = generator.Next(operation);
            FuzzAnswer? answer = null;
            string? fault;
            try
            {
                answer = await sender.SendAsync(request);
                fault = answer.FindFault(operation, request);
            }
            catch (Exception exception)
            {
                fault = exception.ToString();
            }

            if (fault is not null)
                faults.Enqueue($"For {operation.Name}: {fault}\n{request}\n=> {answer}");
            tallies[operation.Name].Add(answer?.Status ?? 0);
            if (fault is null && answer!.IsSuccess)
                generator.Vocabulary.Hear(answer.Headers.Location.FirstOrDefault() ?? answer.Headers.ContentLocation.FirstOrDefault(), answer.Headers.ETag, answer.Json, operation.Path);
        }
    }

    // A run in progress, for those who watch and cancel runs.
    private static string Hold(ApiHost host) => host.Services.GetRequiredService<TaskRunner>()
        .Start(new("held"), (_, context) => Task.Delay(Timeout.InfiniteTimeSpan, host.Clock, context.CancellationToken)).Id.ToString();

    private static async Task AssertItWorksAsync(ApiHost host, HttpClient client)
    {
        using var posted = await client.PostAsJsonAsync("/api/volumes", new[] { new { organization = "afterwards", project = "p", transaction = "t", total = 7, kept = 3 } });
        using var ready = await client.GetAsync("/health/ready");

        Assert.Equal(HttpStatusCode.OK, posted.StatusCode);
        Assert.Equal(new CountedVolume("p", "t", 7, 3), Assert.Single(await host.ReadCountedAsync(client, "afterwards")));
        Assert.True(ready.StatusCode == HttpStatusCode.OK, await ready.Content.ReadAsStringAsync());
    }

    private static int FromEnvironment(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    /// <summary>How an operation has answered.</summary>
    private sealed class Tally
    {
        private readonly ConcurrentDictionary<int, int> _statuses = new();

        public IReadOnlyDictionary<int, int> Statuses => _statuses;

        public int Count => _statuses.Values.Sum();

        public int Successes => _statuses.Where(status => status.Key < 400).Sum(status => status.Value);

        public void Add(int status) => _statuses.AddOrUpdate(status, 1, static (_, count) => count + 1);

        public override string ToString() => string.Join(", ", _statuses.OrderBy(status => status.Key).Select(status => $"{status.Key}: {status.Value}"));
    }
}
