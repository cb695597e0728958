namespace DynamicSampling.IntegrationTests.Ingest.Otlp;

/// <summary>What real clients have sent; tests/bodies/README.md says how it was recorded.</summary>
internal static class RecordedBodies
{
    public static IReadOnlyList<string> Names { get; } = ["js-shop.pb", "js-two-services.pb", "dotnet-shop.pb", "js-shop.json", "js-two-services.json"];

    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "bodies", name));

    /// <summary>All of a kind: <c>.pb</c> or <c>.json</c>.</summary>
    public static IReadOnlyList<byte[]> ReadAll(string extension) => [.. Names.Where(name => name.EndsWith(extension, StringComparison.Ordinal)).Select(Read)];

    public static List<FoundSpan> Find(string name, ReadOnlySpan<byte> body) =>
        name.EndsWith(".json", StringComparison.Ordinal) ? FoundSpans.InJson(body) : FoundSpans.InProtobuf(body);
}
