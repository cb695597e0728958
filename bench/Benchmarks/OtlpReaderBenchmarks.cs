using BenchmarkDotNet.Attributes;
using DynamicSampling.Api.Ingest.Otlp;
using DynamicSampling.Benchmarks.Otlp;
using DynamicSampling.Tests.Otlp;
using Google.Protobuf;

namespace DynamicSampling.Benchmarks;

/// <summary>
/// Finding the root spans in an export of 512. Beside our readers stands what anybody would do: parse it with generated classes, and
/// look for spans without a parent.
/// </summary>
[MemoryDiagnoser]
public class OtlpReaderBenchmarks
{
    private byte[] _protobuf = [];
    private byte[] _json = [];

    [Params(10, 100)]
    public int RootPercentage { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var request = TraceBodies.Request(RootPercentage);
        _protobuf = request.ToByteArray();
        _json = TraceBodies.Json(request);
        if (ReadProtobuf() != GeneratedParser() || ReadJson() != GeneratedParser())
            throw new InvalidOperationException("They find different spans.");
        Console.WriteLine($"// {_protobuf.Length} bytes of protobuf, {_json.Length} of JSON");
    }

    [Benchmark(Baseline = true)]
    public ulong GeneratedParser()
    {
        var sum = default(Sum);
        foreach (var resource in ExportTraceServiceRequest.Parser.ParseFrom(_protobuf).ResourceSpans)
        {
            foreach (var scope in resource.ScopeSpans)
            {
                foreach (var span in scope.Spans)
                {
                    if (span.ParentSpanId.IsEmpty)
                        sum.Add(span.Name.Length, span.StartTimeUnixNano);
                }
            }
        }

        return sum.Value;
    }

    [Benchmark]
    public ulong ReadProtobuf()
    {
        var sum = default(Sum);
        OtlpProtobuf.Read(_protobuf, ref sum);
        return sum.Value;
    }

    [Benchmark]
    public ulong ReadJson()
    {
        var sum = default(Sum);
        OtlpJson.Read(_json, ref sum);
        return sum.Value;
    }

    // Of everything that is found, so that nothing is left out.
    private struct Sum : IRootSpans
    {
        public ulong Value { get; private set; }

        public readonly void Begin(in SpanResource resource)
        {
        }

        public void Add(in RootSpan span) => Add(span.Name.Length, span.StartNanoseconds);

        public void Add(int length, ulong start) => Value = (Value * 31) + start + (ulong)length;
    }
}
