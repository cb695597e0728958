using DynamicSampling.Api.Ingest.Otlp;

namespace DynamicSampling.IntegrationTests.Ingest.Otlp;

/// <summary>The root spans of a body, in memory.</summary>
public sealed class RootSpanListTests
{
    [Fact]
    public void Begin_ResourcesWithoutRootSpans_TakeNoMemory()
    {
        // Empty resource_spans of two bytes each. Compressed, there can be millions of them in a small request.
        byte[] body = [.. Enumerable.Repeat<byte[]>([0x0A, 0x00], 200_000).SelectMany(bytes => bytes)];
        var spans = new RootSpanList();
        var before = GC.GetAllocatedBytesForCurrentThread();

        OtlpProtobuf.Read(body, ref spans);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        Assert.Equal(0, spans.GroupCount);
    }

    [Fact]
    public void Begin_AfterResourcesWithoutRootSpans_KeepsTheTextOfThoseWithSpans()
    {
        var spans = new RootSpanList();
        Begin("first", "1.0");
        spans.Add(new RootSpan { Name = "GET /a"u8 });
        Begin("empty", "2.0");
        Begin("second", "");
        spans.Add(new RootSpan { Name = "GET /b"u8 });
        Begin("last", "3.0");

        Assert.Equal(2, spans.GroupCount);
        Assert.Equal(1, spans.SpansOf(1).Length);
        Assert.Equal(("first", "1.0", "GET /a"), Group(0));
        Assert.Equal(("second", "", "GET /b"), Group(1));

        void Begin(string service, string release) =>
            spans.Begin(new SpanResource { Service = System.Text.Encoding.UTF8.GetBytes(service), Release = System.Text.Encoding.UTF8.GetBytes(release) });

        (string, string, string) Group(int group) => (spans.ServiceOf(group).ToString(), spans.ReleaseOf(group).ToString(), spans.NameOf(spans.SpansOf(group)[0]).ToString());
    }
}
