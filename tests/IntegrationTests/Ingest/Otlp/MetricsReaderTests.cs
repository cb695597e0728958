using System.Text;
using DynamicSampling.Api.Ingest.Otlp;
using DynamicSampling.Api.Ingest.Otlp.Metrics;
using DynamicSampling.IntegrationTests.Fuzz;
using DynamicSampling.Tests.Otlp;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace DynamicSampling.IntegrationTests.Ingest.Otlp;

/// <summary>Our readers of metrics find what a generated parser and a walk over its objects find.</summary>
public class MetricsReaderTests
{
    private const int Requests = 1_000;
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Read_Serialized_AsGeneratedParserReadsIt() => ForAll(static (request, _) => AssertSame(request, FoundPoints.InProtobuf(request.ToByteArray())));

    [Fact]
    public void Read_WrittenStrangely_AsGeneratedParserReadsIt() => ForAll(static (request, random) =>
    {
        var body = random.WriteStrangely(request);

        AssertSame(ExportMetricsServiceRequest.Parser.ParseFrom(body), FoundPoints.InProtobuf(body));
    });

    [Fact]
    public void Read_WrittenAsJson_AsGeneratedParserReadsIt() => ForAll(static (request, _) => AssertSame(request, FoundPoints.InJson(Metrics.Json(request))));

    [Fact]
    public void Read_CutAnywhere_RefusedOrTakenAsTheGeneratedParserDoes()
    {
        var body = Metrics.Http("checkout", Metrics.Cumulative, Metrics.Point("GET", "/", 10, Now, Now)).ToByteArray();
        for (var length = 1; length < body.Length; length++)
            Assert.Throws<InvalidOtlpException>(() => FoundPoints.InProtobuf(body.AsSpan(0, length)));
        var json = Metrics.Json(Metrics.Http("checkout", Metrics.Cumulative, Metrics.Point("GET", "/", 10, Now, Now)));
        for (var length = 0; length < json.Length; length++)
            Assert.Throws<InvalidOtlpException>(() => FoundPoints.InJson(json[..length]));
    }

    [Fact]
    public void Read_SpoiltBodies_TakenOrRefused()
    {
        var requests = Enumerable.Range(0, 50).Select(seed => new RandomMetrics(seed).Next()).ToList();
        var protobuf = new BodyMutator(4_317, [.. requests.Select(request => request.ToByteArray())]);
        var json = new BodyMutator(4_318, [.. requests.Select(request => Encoding.UTF8.GetBytes(Metrics.Json(request)))]);
        var taken = 0;
        for (var i = 0; i < 40_000; i++)
        {
            var body = i % 2 == 0 ? protobuf.Next() : json.Next();
            try
            {
                var points = new MetricPointList("default", Now);
                if (i % 2 == 0)
                    MetricsProtobuf.Read(body, ref points);
                else
                    MetricsJson.Read(body, ref points);
                taken++;
            }
            catch (InvalidOtlpException)
            {
                // As it should be.
            }
        }

        Assert.InRange(taken, 2_000, 30_000);
    }

    [Fact]
    public void Read_JsonInAnyOrder_IsTheSame()
    {
        const string Head = """{"scope":{"name":"s"},"metrics":[""";
        const string Point = """{"attributes":[{"key":"http.request.method","value":{"stringValue":"GET"}}],"timeUnixNano":"2","startTimeUnixNano":1,"count":3}""";
        var usual = $$$"""{"resourceMetrics":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"a"}}]},"scopeMetrics":[{{{Head}}}{"name":"http.server.request.duration","histogram":{"aggregationTemporality":2,"dataPoints":[{{{Point}}}]}}]}]}]}""";
        var reversed = $$$"""{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"histogram":{"dataPoints":[{{{Point}}}],"aggregationTemporality":2},"name":"http.server.request.duration"}],"scope":{"name":"s"}}],"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"a"}}]}}]}""";

        var (one, two) = (FoundPoints.InJson(usual), FoundPoints.InJson(reversed));

        Assert.Equal([new(CountedMetric.HttpServerRequestDuration, "a", "GET", "", "", "", IsEntry: false, IsCumulative: true, 1, 2, 3)], one.All);
        Assert.Equal(one.All, two.All);
        Assert.Equal(one.Series, two.Series);
    }

    [Theory]
    [InlineData("""{"resourceMetrics":{}}""")]
    [InlineData("""{"resourceMetrics":[{"resource":{},"resource":{}}]}""")]
    [InlineData("""{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"http.server.request.duration","sum":{},"histogram":{}}]}]}]}""")]
    [InlineData("""{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"http.server.request.duration","histogram":[]}]}]}]}""")]
    [InlineData("""{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"http.server.request.duration","histogram":{"aggregationTemporality":"DELTA"}}]}]}]}""")]
    [InlineData("""{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"http.server.request.duration","histogram":{"aggregationTemporality":1,"dataPoints":[{"count":"x"}]}}]}]}]}""")]
    [InlineData("""{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"http.server.request.duration","histogram":{"aggregationTemporality":1,"dataPoints":[{"timeUnixNano":-1}]}}]}]}]}""")]
    public void Read_JsonOfAnotherShape_IsRefused(string body) => Assert.Throws<InvalidOtlpException>(() => FoundPoints.InJson(body));

    [Fact]
    public void Read_Series_AreTheSameWhateverTheOrderOfAttributesAndOthersOtherwise()
    {
        var status = Metrics.Number("http.response.status_code", 200);
        var https = Metrics.Text("url.scheme", "https");
        var series = new List<UInt128>
        {
            Only(Metrics.Http("a", Metrics.Delta, Metrics.Point("GET", "/", 1, Now, Now, status, https))),
            Only(Metrics.Http("a", Metrics.Delta, Metrics.Point("GET", "/", 9, Now, Now.AddSeconds(1), https, status))),
            Only(Metrics.Http("a", Metrics.Delta, Metrics.Point("GET", "/", 1, Now, Now, https))),
            Only(Metrics.Http("a", Metrics.Delta, Metrics.Point("GET", "/x", 1, Now, Now, status, https))),
            Only(Metrics.Http("b", Metrics.Delta, Metrics.Point("GET", "/", 1, Now, Now, status, https))),
        };
        var scope = Metrics.Http("a", Metrics.Delta, Metrics.Point("GET", "/", 1, Now, Now, status, https));
        scope.ResourceMetrics[0].ScopeMetrics[0].Scope.Name = "other";
        series.Add(Only(scope));

        Assert.Equal(series[0], series[1]);
        Assert.Equal(5, series.Distinct().Count());

        static UInt128 Only(ExportMetricsServiceRequest request) => Assert.Single(FoundPoints.InProtobuf(request.ToByteArray()).Series);
    }

    [Fact]
    public void Of_BytesThatDifferAnywhere_AreOtherNames()
    {
        var names = new HashSet<UInt128>();
        for (var length = 0; length < 40; length++)
        {
            Assert.True(names.Add(SeriesIdentity.Of(new byte[length])), $"{length} zeros");
            for (var bit = 0; bit < 8 * length; bit++)
            {
                var bytes = new byte[length];
                bytes[bit / 8] = (byte)(1 << (bit % 8));
                Assert.True(names.Add(SeriesIdentity.Of(bytes)), $"Bit {bit} of {length} bytes");
            }
        }

        // Neither half says less than the other.
        Assert.Equal(names.Count, names.Select(name => (ulong)name).Distinct().Count());
        Assert.Equal(names.Count, names.Select(name => (ulong)(name >> 64)).Distinct().Count());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_ManyBucketsAndPoints_AllocatesNothing(bool isJson)
    {
        var point = Metrics.Point("GET", "/", 10, Now, Now);
        point.BucketCounts.AddRange(Enumerable.Repeat(1UL, 1000));
        point.Exemplars.AddRange(Enumerable.Repeat(new Exemplar { AsDouble = 1 }, 100));
        var request = Metrics.Http("checkout", Metrics.Cumulative, [.. Enumerable.Repeat(point, 100)]);
        var body = isJson ? Encoding.UTF8.GetBytes(Metrics.Json(request)) : request.ToByteArray();
        Assert.Equal(100, Read());
        var before = GC.GetAllocatedBytesForCurrentThread();
        Read();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        int Read()
        {
            var count = default(Count);
            if (isJson)
                MetricsJson.Read(body, ref count);
            else
                MetricsProtobuf.Read(body, ref count);
            return count.Points;
        }
    }

    private static void ForAll(Action<ExportMetricsServiceRequest, RandomRequests> check)
    {
        var points = 0;
        for (var seed = 0; seed < Requests; seed++)
        {
            var request = new RandomMetrics(seed).Next();
            try
            {
                check(request, new RandomRequests(seed));
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Seed {seed}: {exception.Message}", exception);
            }

            points += Walk(request).Points.Count;
        }

        // It would be easy to agree on nothing.
        Assert.True(points > Requests, $"{points} points");
    }

    private static void AssertSame(ExportMetricsServiceRequest request, FoundPoints found)
    {
        var (points, rejected) = Walk(request);
        Assert.Equal(points, found.All);
        Assert.Equal(rejected, found.Rejected);
    }

    // Written without a look at the readers.
    private static (List<FoundPoint> Points, List<PointProblem> Rejected) Walk(ExportMetricsServiceRequest request)
    {
        var points = new List<FoundPoint>();
        var rejected = new List<PointProblem>();
        foreach (var resource in request.ResourceMetrics)
        {
            var service = Text(resource.Resource?.Attributes ?? [], "service.name");
            foreach (var metric in resource.ScopeMetrics.SelectMany(scope => scope.Metrics))
            {
                if (metric.Name is "http.server.request.duration")
                {
                    if (metric.Histogram is { } histogram)
                    {
                        Take(
                            CountedMetric.HttpServerRequestDuration, service, histogram.AggregationTemporality, isMonotonic: true,
                            histogram.DataPoints.Select(point => (point.Attributes, point.StartTimeUnixNano, point.TimeUnixNano, (double)point.Count, point.Flags)));
                    }
                    else if (metric.ExponentialHistogram is { } exponential)
                    {
                        Take(
                            CountedMetric.HttpServerRequestDuration, service, exponential.AggregationTemporality, isMonotonic: true,
                            exponential.DataPoints.Select(point => (point.Attributes, point.StartTimeUnixNano, point.TimeUnixNano, (double)point.Count, point.Flags)));
                    }
                    else
                    {
                        rejected.AddRange(Enumerable.Repeat(PointProblem.Kind, (metric.Sum?.DataPoints.Count ?? 0) + (metric.Gauge?.DataPoints.Count ?? 0) + (metric.Summary?.DataPoints.Count ?? 0)));
                    }
                }
                else if (metric.Name is "traces.span.metrics.calls")
                {
                    if (metric.Sum is { } sum)
                    {
                        Take(
                            CountedMetric.SpanMetricsCalls, service, sum.AggregationTemporality, sum.IsMonotonic,
                            sum.DataPoints.Select(point => (point.Attributes, point.StartTimeUnixNano, point.TimeUnixNano, point.HasAsDouble ? point.AsDouble : point.AsInt, point.Flags)));
                    }
                    else
                    {
                        rejected.AddRange(Enumerable.Repeat(
                            PointProblem.Kind,
                            (metric.Histogram?.DataPoints.Count ?? 0) + (metric.ExponentialHistogram?.DataPoints.Count ?? 0) + (metric.Gauge?.DataPoints.Count ?? 0) + (metric.Summary?.DataPoints.Count ?? 0)));
                    }
                }
            }
        }

        return (points, rejected);

        void Take(
            CountedMetric metric, string service, int temporality, bool isMonotonic,
            IEnumerable<(RepeatedField<KeyValue> Attributes, ulong Start, ulong Time, double Count, uint Flags)> all)
        {
            foreach (var (attributes, start, time, count, flags) in all)
            {
                if (temporality is not (1 or 2))
                {
                    rejected.Add(PointProblem.Temporality);
                }
                else if (!isMonotonic)
                {
                    rejected.Add(PointProblem.NotMonotonic);
                }
                else if (flags % 2 == 0)
                {
                    points.Add(new(
                        metric, service, Text(attributes, "http.request.method"), Text(attributes, "http.route"), Text(attributes, "span.name"), Text(attributes, "service.name"),
                        Text(attributes, "span.kind") is "SPAN_KIND_SERVER" or "SPAN_KIND_CONSUMER", temporality == 2, start, time, count));
                }
            }
        }
    }

    private static string Text(RepeatedField<KeyValue> attributes, string key) => attributes.LastOrDefault(attribute => attribute.Key == key)?.Value?.StringValue ?? "";

    private struct Count : IMetricPoints
    {
        public int Points { get; private set; }

        public readonly void Begin(ReadOnlySpan<byte> service)
        {
        }

        public void Add(in MetricPoint point) => Points++;

        public readonly void Reject(PointProblem problem) => throw new InvalidOperationException(problem.ToString());
    }
}
