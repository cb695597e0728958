using System.Text;
using DynamicSampling.Tests.Otlp;
using Google.Protobuf;

namespace DynamicSampling.IntegrationTests.Ingest.Otlp;

/// <summary>Our readers find in random exports what a generated parser and a walk over its objects find.</summary>
public class OtlpProperties
{
    private const int Requests = 2_000;

    [Fact]
    public void Read_Serialized_AsGeneratedParserReadsIt() => ForAll(static (request, _) =>
        Assert.Equal(GeneratedWalk.Roots(request), FoundSpans.InProtobuf(request.ToByteArray())));

    [Fact]
    public void Read_WrittenStrangely_AsGeneratedParserReadsIt() => ForAll(static (request, random) =>
    {
        var body = random.WriteStrangely(request);
        var parsed = ExportTraceServiceRequest.Parser.WithDiscardUnknownFields(true).ParseFrom(body);

        Assert.Equal(request, parsed);
        Assert.Equal(GeneratedWalk.Roots(parsed), FoundSpans.InProtobuf(body));
    });

    [Fact]
    public void Read_WrittenAsJson_AsGeneratedParserReadsIt() => ForAll(static (request, random) =>
        Assert.Equal(GeneratedWalk.Roots(request), FoundSpans.InJson(Encoding.UTF8.GetBytes(random.WriteJson(request)))));

    private static void ForAll(Action<ExportTraceServiceRequest, RandomRequests> check)
    {
        var roots = 0;
        var sampled = 0;
        for (var seed = 0; seed < Requests; seed++)
        {
            var random = new RandomRequests(seed);
            var request = random.Next();
            try
            {
                check(request, random);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Seed {seed}: {exception.Message}", exception);
            }

            var found = GeneratedWalk.Roots(request);
            roots += found.Count;
            sampled += found.Count(static span => span.Probability is < 1);
        }

        // It would be easy to agree on nothing.
        Assert.True(roots > 3 * Requests && sampled > roots / 5, $"{roots} roots, {sampled} with a probability");
    }
}
