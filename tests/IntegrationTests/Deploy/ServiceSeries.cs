using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Ingest;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Deploy;

/// <summary>
/// What the service sends to Prometheus: its instruments as it makes them, under Prometheus' names, and with the labels that they had while
/// the service did something of everything.
/// </summary>
internal sealed class ServiceSeries
{
    // Prometheus makes them of the resource, and le of a histogram's buckets.
    private static readonly string[] LabelsOfAll = ["job", "instance"];
    private const string BucketLabel = "le";

    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, ConcurrentDictionary<string, bool>>> _labels = new(StringComparer.Ordinal);

    private ServiceSeries()
    {
    }

    /// <summary>Full names of tasks.</summary>
    public IReadOnlySet<string> Tasks { get; private set; } = null!;

    /// <summary>Route patterns.</summary>
    public IReadOnlySet<string> Routes { get; private set; } = null!;

    public static async Task<ServiceSeries> ReadAsync()
    {
        var failing = new ScriptedTask("fail", (_, _) => throw new InvalidOperationException("This run fails, as it is to."));
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var hanging = new ScriptedTask("hang", (_, _) => end.Task);
        await using var host = new ApiHost(tasks: [failing, hanging]);
        using var client = await host.WithVolumesAsync("acme", ("a", 10), ("b", 20));
        var series = new ServiceSeries();
        using var listener = series.Listen(host.Services.GetRequiredService<IMeterFactory>());
        using (await client.RunTaskAsync("rebalance_orgs"))
        using (await client.RunTaskAsync("fail"))
        using (await client.GetAsync("/sampling?service=a"))
        using (await client.GetAsync("/health/ready"))
        using (var traces = await client.PostAsJsonAsync("/v1/traces", Traces.Roots("a", "GET /", 3, host.Clock.GetUtcNow())))
        // The exception handler answers this one, as it does when there is no room.
        using (var bad = await client.PostAsJsonAsync("/o/acme/v1/traces", "no traces"))
        {
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.BadRequest), (traces.StatusCode, bad.StatusCode));
        }

        await host.Services.GetRequiredService<DynamicSampling.Api.Ingest.VolumeFlusher>().FlushAsync(CancellationToken.None);
        var run = client.RunTaskAsync("hang");
        await client.WaitForAsync("/api/runs?task=hang&status=running", runs => runs.GetProperty("items").GetArrayLength() == 1);
        host.Clock.Advance(hanging.MaxExecution + TimeSpan.FromSeconds(1));
        listener.RecordObservableInstruments();
        end.SetResult();
        (await run).Dispose();
        series.Tasks = (await client.GetJsonAsync("/api/tasks")).GetProperty("items").EnumerateArray()
            .Select(task => "dynamic_sampling.tasks." + task.GetProperty("name").GetString()).ToHashSet(StringComparer.Ordinal);
        series.Routes = host.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Select(endpoint => endpoint.RoutePattern.RawText!).ToHashSet(StringComparer.Ordinal);
        return series;
    }

    /// <summary>The values that a label was seen with.</summary>
    public IEnumerable<string> Values(string series, string label) => _labels[series].TryGetValue(label, out var values) ? values.Keys : [];

    /// <summary>What is wrong with an expression; nothing when all of its series and labels exist.</summary>
    public IEnumerable<string> Problems(string expression)
    {
        PromQl query;
        try
        {
            query = PromQl.Read(expression);
        }
        catch (FormatException exception)
        {
            return [exception.Message];
        }

        return query.Selectors.Count == 0
            ? [$"There is no series in: {expression}"]
            : query.Selectors.SelectMany(Problems).Concat(ProblemsOfGroups(query));
    }

    private IEnumerable<string> Problems(PromQl.Selector selector)
    {
        if (!_labels.TryGetValue(selector.Name, out var labels))
        {
            yield return $"The service sends no {selector.Name}.";
            yield break;
        }

        foreach (var (label, value) in selector.Matchers)
        {
            if (!LabelsOfAll.Contains(label, StringComparer.Ordinal) && !labels.ContainsKey(label))
                yield return $"{selector.Name} has no label {label}.";
            if (label is "dynamic_sampling_task_name" && !Tasks.Contains(value))
                yield return $"There is no task {value}.";
            if (label is "http_route" && value.Split('|').FirstOrDefault(route => !Routes.Contains(route)) is { } unknown)
                yield return $"There is no route {unknown}.";
        }
    }

    private IEnumerable<string> ProblemsOfGroups(PromQl query) =>
        query.GroupLabels
            .Where(label => !LabelsOfAll.Contains(label, StringComparer.Ordinal)
                && !query.Selectors.Any(selector => _labels.TryGetValue(selector.Name, out var labels) && labels.ContainsKey(label)))
            .Select(label => $"No series of the expression has the label {label}.");

    private MeterListener Listen(IMeterFactory factory)
    {
        var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            // Those of other hosts in this process are not ours; the runtime's belong to all.
            if (!ReferenceEquals(instrument.Meter.Scope, factory) && instrument.Meter.Name is not "System.Runtime")
                return;
            foreach (var name in PrometheusNames.OfSeries(instrument))
            {
                var labels = _labels.GetOrAdd(name, static _ => new(StringComparer.Ordinal));
                if (name.EndsWith("_bucket", StringComparison.Ordinal))
                    labels.TryAdd(BucketLabel, new(StringComparer.Ordinal));
            }

            listener.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(instrument, tags));
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Note(instrument, tags));
        listener.SetMeasurementEventCallback<int>((instrument, _, tags, _) => Note(instrument, tags));
        listener.Start();
        return listener;
    }

    private void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var series in PrometheusNames.OfSeries(instrument))
        {
            foreach (var (attribute, value) in tags)
                _labels[series].GetOrAdd(PrometheusNames.OfLabel(attribute), static _ => new(StringComparer.Ordinal)).TryAdd(value?.ToString() ?? "", value: true);
        }
    }
}
