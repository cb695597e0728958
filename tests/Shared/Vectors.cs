using System.Text.Json;

namespace DynamicSampling.Tests;

/// <summary>The conformance numbers under tests/vectors.</summary>
public static class Vectors
{
    public static JsonElement Read(string name)
    {
        using var stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "vectors", name + ".json"));
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.Clone();
    }
}
