using System.Text;
using DynamicSampling.Api.Ingest.Otlp;
using DynamicSampling.Tests.Otlp;

namespace DynamicSampling.IntegrationTests.Ingest.Otlp;

/// <summary>What is found in the bodies of real clients.</summary>
public class RecordedBodiesTests
{
    private const ulong Start = 1_795_341_600_000_000_000;
    private const ulong Millisecond = 1_000_000;

    [Theory]
    [InlineData("js-shop.pb")]
    [InlineData("js-shop.json")]
    public void Read_JavaScriptShop_FourRoots(string name)
    {
        Assert.Equal(
            [
                Checkout("GET /orders/{id}", Id(1, 1), Start),
                Checkout("Überweisung → 東京 🛒", Id(2, 4), Start + (3 * Millisecond)),
                Checkout("POST \"/carts\"\\new", Id(3, 5), Start + (4 * Millisecond)),
                Checkout("sampled as Jaeger does", Id(4, 6), Start + (5 * Millisecond)) with { Probability = 0.125 },
            ],
            Find(name).OrderBy(static span => span.Identity.Trace));
    }

    [Theory]
    [InlineData("js-two-services.pb")]
    [InlineData("js-two-services.json")]
    public void Read_JavaScriptTwoServices_ARootOfEach(string name)
    {
        Assert.Equal(
            [
                new("search", "", "staging", "search", Id(6, 9), Start + (8 * Millisecond), 0.5),
                new("", "", "", "nightly", Id(7, 11), Start + (10 * Millisecond), Probability: null),
            ],
            Find(name));
    }

    [Fact]
    public void Read_DotnetShop_ThreeRoots()
    {
        var found = Find("dotnet-shop.pb");

        Assert.All(found, static span => Assert.NotEqual(default, span.Identity));
        Assert.Equal(
            [
                Checkout("GET /orders/{id}", default, Start),
                Checkout("Überweisung → 東京 🛒", default, Start),
                Checkout("sampled in two", default, Start) with { Probability = 0.5 },
            ],
            found.Select(static span => span with { Identity = default }));
    }

    [Theory]
    [InlineData("js-shop.pb")]
    [InlineData("js-two-services.pb")]
    [InlineData("dotnet-shop.pb")]
    public void Read_Protobuf_AsAGeneratedParserReadsIt(string name)
    {
        var body = RecordedBodies.Read(name);

        Assert.Equal(GeneratedWalk.Roots(ExportTraceServiceRequest.Parser.ParseFrom(body)), Find(name));
    }

    [Fact]
    public void Read_DotnetShop_HasWhatItIsRecordedFor()
    {
        var body = RecordedBodies.Read("dotnet-shop.pb");

        // A length of four bytes, and a name behind the flags.
        Assert.True(body[1] >= 0x80 && body[2] >= 0x80 && body[3] >= 0x80 && body[4] == 0);
        Assert.True(body.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x85, 0x01, 0x01, 0x01, 0x00, 0x00, 0x2A]) > 0);
    }

    [Theory]
    [InlineData("js-shop.pb")]
    [InlineData("js-two-services.pb")]
    [InlineData("dotnet-shop.pb")]
    [InlineData("js-two-services.json")]
    [InlineData("js-shop.json")]
    public void Read_Recorded_AllocatesNothingForASpan(string name)
    {
        // One of the names in JSON has quotes, which takes bytes of its own.
        var body = RecordedBodies.Read(name);
        if (name == "js-shop.json")
            body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body).Replace("POST \\\"/carts\\\"\\\\new", "POST /carts/new", StringComparison.Ordinal));

        var counter = default(Counter);
        Read(name, body, ref counter);
        Assert.True(counter.Roots > 0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10; i++)
            Read(name, body, ref counter);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static List<FoundSpan> Find(string name) => RecordedBodies.Find(name, RecordedBodies.Read(name));

    private static void Read(string name, byte[] body, ref Counter counter)
    {
        if (name.EndsWith(".json", StringComparison.Ordinal))
            OtlpJson.Read(body, ref counter);
        else
            OtlpProtobuf.Read(body, ref counter);
    }

    private static FoundSpan Checkout(string name, SpanIdentity identity, ulong start) =>
        new("checkout", "2.7.1", "production", name, identity, start, Probability: null);

    private static SpanIdentity Id(uint trace, uint span) => new(new(0x4bf92f3577b34da6, 0xa3ce929d_00000000UL | trace), 0x00f067aa_00000000UL | span);

    private struct Counter : IRootSpans
    {
        public int Roots { get; private set; }

        public readonly void Begin(in SpanResource resource)
        {
        }

        public void Add(in RootSpan span) => Roots++;
    }
}
