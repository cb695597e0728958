using DynamicSampling.Api.Ingest.Otlp;
using DynamicSampling.IntegrationTests.Fuzz;
using DynamicSampling.Tests.Otlp;
using Google.Protobuf;

namespace DynamicSampling.IntegrationTests.Ingest.Otlp;

/// <summary>Whatever a body is, the readers take it or say that it is none.</summary>
public class OtlpFuzzTests
{
    private const int Cases = 50_000;

    [Fact]
    public void Read_SpoiltProtobuf_TakenOrRefused()
    {
        var mutator = new BodyMutator(20_261_122, RecordedBodies.ReadAll(".pb"));
        var (taken, compared) = (0, 0);
        for (var i = 0; i < Cases; i++)
        {
            var body = mutator.Next();
            if (!IsTaken(i, body, static (ReadOnlySpan<byte> body, ref SaneSpans spans) => OtlpProtobuf.Read(body, ref spans)))
                continue;
            taken++;
            if (Parsed(body) is not { } request)
                continue;
            compared++;
            Assert.True(GeneratedWalk.Roots(request).SequenceEqual(FoundSpans.InProtobuf(body)), $"Case {i}: a generated parser finds others in {Convert.ToHexString(body)}");
        }

        // Neither is everything refused nor everything taken.
        Assert.InRange(taken, Cases / 20, Cases / 2);
        Assert.InRange(compared, Cases / 20, taken);
    }

    [Fact]
    public void Read_SpoiltJson_TakenOrRefused()
    {
        var mutator = new BodyMutator(20_261_122, RecordedBodies.ReadAll(".json"));
        var taken = 0;
        for (var i = 0; i < Cases; i++)
            taken += IsTaken(i, mutator.Next(), static (ReadOnlySpan<byte> body, ref SaneSpans spans) => OtlpJson.Read(body, ref spans)) ? 1 : 0;

        Assert.InRange(taken, Cases / 20, Cases / 2);
    }

    private delegate void Reader(ReadOnlySpan<byte> body, ref SaneSpans spans);

    private static bool IsTaken(int number, byte[] body, Reader read)
    {
        try
        {
            var spans = new SaneSpans(body);
            read(body, ref spans);
            return true;
        }
        catch (InvalidOtlpException)
        {
            return false;
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"Case {number}, {Convert.ToHexString(body)}: {exception.Message}", exception);
        }
    }

    // It is stricter about what we step over, and more lenient about the rest.
    private static ExportTraceServiceRequest? Parsed(byte[] body)
    {
        try
        {
            return ExportTraceServiceRequest.Parser.ParseFrom(body);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private ref struct SaneSpans(ReadOnlySpan<byte> body) : IRootSpans
    {
        private readonly ReadOnlySpan<byte> _body = body;
        private int _count;

        public readonly void Begin(in SpanResource resource)
        {
            Check(resource.Service);
            Check(resource.Release);
            Check(resource.Environment);
        }

        public void Add(in RootSpan span)
        {
            Check(span.Name);
            Assert.True(span.Probability is null or (> 0 and <= 1), "A probability is out of range.");
            Assert.Equal(span.Identity.Trace == 0, span.Identity.Span == 0);
            Assert.True(++_count <= _body.Length / 2, "There are more spans than there is room for.");
        }

        private readonly void Check(ReadOnlySpan<byte> text) => Assert.True(text.Length <= _body.Length, "A text is longer than the body.");
    }
}
