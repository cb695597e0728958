using System.Text;
using DynamicSampling.Api.Ingest.Otlp;

namespace DynamicSampling.IntegrationTests.Ingest.Otlp;

/// <summary>A root span as a reader found it, with copies of its texts.</summary>
internal sealed record FoundSpan(string Service, string Release, string Environment, string Name, SpanIdentity Identity, ulong Start, double? Probability);

/// <summary>Keeps the root spans of a body.</summary>
internal sealed class FoundSpans : IRootSpans
{
    private string _service = "";
    private string _release = "";
    private string _environment = "";

    public List<FoundSpan> All { get; } = [];

    public static List<FoundSpan> InProtobuf(params ReadOnlySpan<byte> body)
    {
        var found = new FoundSpans();
        OtlpProtobuf.Read(body, ref found);
        return found.All;
    }

    public static List<FoundSpan> InJson(params ReadOnlySpan<byte> body)
    {
        var found = new FoundSpans();
        OtlpJson.Read(body, ref found);
        return found.All;
    }

    public static List<FoundSpan> InJson(string body) => InJson(Encoding.UTF8.GetBytes(body));

    public void Begin(in SpanResource resource)
    {
        _service = Text(resource.Service);
        _release = Text(resource.Release);
        _environment = Text(resource.Environment);
    }

    public void Add(in RootSpan span) =>
        All.Add(new(_service, _release, _environment, Text(span.Name), span.Identity, span.StartNanoseconds, span.Probability));

    // Bytes that are no UTF-8 become U+FFFD.
    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
