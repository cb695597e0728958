using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;
using YamlDotNet.Serialization;

namespace DynamicSampling.IntegrationTests.Deploy;

/// <summary>YAML, read as the tools read it that the files are for: with aliases and merges carried out.</summary>
internal static class Yaml
{
    /// <summary>The only document of a text. Every scalar is a string.</summary>
    /// <exception cref="YamlException">It is not YAML, or a mapping has a key twice.</exception>
    public static JsonNode Read(string text)
    {
        var value = new DeserializerBuilder().WithDuplicateKeyChecking().Build().Deserialize<object>(new MergingParser(new Parser(new StringReader(text))));
        return JsonNode.Parse(new SerializerBuilder().JsonCompatible().Build().Serialize(value))!;
    }

    /// <returns>How many documents a text has.</returns>
    /// <exception cref="YamlException">It is not YAML.</exception>
    public static int CountDocuments(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return stream.Documents.Count;
    }
}
