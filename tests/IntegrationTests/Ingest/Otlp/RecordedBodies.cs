namespace DynamicSampling.IntegrationTests.Ingest.Otlp;

/// <summary>What real clients have sent; tests/bodies/README.md says how it was recorded.</summary>
internal static class RecordedBodies
{
    public static IReadOnlyList<string> Names { get; } = ["js-shop.pb", "js-two-services.pb", "dotnet-shop.pb", "js-shop.json", "js-two-services.json"];

    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "bodies", name));

    public static List<FoundSpan> Find(string name, ReadOnlySpan<byte> body) =>
        name.EndsWith(".json", StringComparison.Ordinal) ? FoundSpans.InJson(body) : FoundSpans.InProtobuf(body);
}
