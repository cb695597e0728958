using System.Globalization;
using System.Text;
using System.Text.Json;
using DynamicSampling.IntegrationTests.Api;

namespace DynamicSampling.IntegrationTests.Fuzz;

/// <summary>
/// JSON that follows a schema or an example, and JSON that does not any more: values of other types, members that are missing, doubled or not known, and
/// tokens that are none.
/// </summary>
internal sealed class JsonBodies(JsonElement document, Vocabulary vocabulary, DateTimeOffset now, Random random)
{
    private const int LongestRepeated = 100_000;

    /// <summary>A body that should be taken, by the schema or as the example has it.</summary>
    public string Good(OperationContent content) => random.Next(3) == 0 && content.IsJson ? FromSchema(content) : content.ExampleText;

    /// <summary>A body that is spoilt in one place or a few, of which some may still be taken.</summary>
    public string Spoilt(OperationContent content)
    {
        if (!content.IsJson)
            return string.Join('\n', content.ExampleText.Split('\n').Select(Spoil));
        return Spoil(random.Next(2) == 0 ? content.ExampleText : FromSchema(content));
    }

    /// <summary>The same with something wrong in it, if chance will have it.</summary>
    public string Spoil(string json)
    {
        using var parsed = JsonDocument.Parse(json);
        var text = new StringBuilder();
        Write(text, parsed.RootElement, (1 + random.Next(3)) / (double)Count(parsed.RootElement));
        return text.ToString();
    }

    private string FromSchema(OperationContent content)
    {
        var text = new StringBuilder();
        Generate(text, content.Schema, name: "", depth: 0);
        return text.ToString();
    }

    private static int Count(JsonElement element) => 1 + element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Sum(member => Count(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().Sum(Count),
        _ => 0,
    };

    private void Write(StringBuilder text, JsonElement element, double chance)
    {
        if (random.NextDouble() < chance && random.Next(3) != 0)
        {
            WriteOddity(text, element);
            return;
        }

        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(text, element, chance);
                break;
            case JsonValueKind.Array:
                WriteArray(text, element, chance);
                break;
            default:
                text.Append(element.GetRawText());
                break;
        }
    }

    private void WriteObject(StringBuilder text, JsonElement element, double chance)
    {
        text.Append('{');
        var separator = "";
        foreach (var member in element.EnumerateObject())
        {
            var name = $"\"{member.Name}\"";
            var times = 1;
            if (random.NextDouble() < chance)
            {
                times = random.Next(4) switch { 0 => 0, 1 => 2, _ => 1 };
                if (times == 1)
                    name = random.Next(2) == 0 ? name.ToUpperInvariant() : Pick(Oddities.JsonNames);
            }

            for (; times > 0; times--)
            {
                text.Append(separator).Append(name).Append(':');
                Write(text, member.Value, chance);
                separator = ",";
            }
        }

        if (random.NextDouble() < chance)
            text.Append(separator).Append(Pick(Oddities.JsonNames)).Append(':').Append(Pick(Oddities.JsonTokens));
        text.Append('}');
    }

    private void WriteArray(StringBuilder text, JsonElement element, double chance)
    {
        var times = random.NextDouble() < chance ? random.Next(200) : 1;
        text.Append('[');
        // Arrays in arrays, each of them repeated, would have no end.
        for (var i = 0; i < times && text.Length < LongestRepeated; i++)
        {
            foreach (var item in element.EnumerateArray())
            {
                if (text[^1] != '[')
                    text.Append(',');
                Write(text, item, chance);
            }
        }

        text.Append(']');
    }

    private void WriteOddity(StringBuilder text, JsonElement element)
    {
        switch (random.Next(8))
        {
            case 0:
                text.Append(JsonSerializer.Serialize(Pick(Oddities.Texts)));
                break;
            case 1:
                Nest(text, element);
                break;
            case 2:
                text.Append('[').Append(element.GetRawText()).Append(']');
                break;
            case 3:
                text.Append("{\"value\":").Append(element.GetRawText()).Append('}');
                break;
            case 4:
                text.Append('"').Append('y', random.Next(20) == 0 ? 200_000 : random.Next(12_000)).Append('"');
                break;
            default:
                text.Append(Pick(Oddities.JsonTokens));
                break;
        }
    }

    // As deep as a condition may be, as the serializer lets it be, or far deeper.
    private void Nest(StringBuilder text, JsonElement element)
    {
        var depth = random.Next(3) switch { 0 => random.Next(20), 1 => random.Next(70), _ => random.Next(3000) };
        var (open, close) = random.Next(3) switch { 0 => ("[", "]"), 1 => ("{\"op\":\"not\",\"inner\":", "}"), _ => ("{\"op\":\"and\",\"inner\":[", "]}") };
        for (var i = 0; i < depth; i++)
            text.Append(open);
        text.Append(element.GetRawText());
        for (var i = 0; i < depth; i++)
            text.Append(close);
    }

    private void Generate(StringBuilder text, JsonElement schema, string name, int depth)
    {
        schema = OpenApiDocument.Resolve(document, schema);
        if (schema.TryGetProperty("enum", out var values))
        {
            text.Append(values[random.Next(values.GetArrayLength())].GetRawText());
            return;
        }

        switch (TypeOf(schema))
        {
            case "object":
                GenerateObject(text, schema, name, depth);
                break;
            case "array":
                text.Append('[');
                if (schema.TryGetProperty("items", out var items) && depth < 8)
                {
                    for (var left = random.Next(4); left > 0; left--)
                    {
                        Generate(text, items, name, depth + 1);
                        text.Append(left > 1 ? "," : "");
                    }
                }

                text.Append(']');
                break;
            case "boolean":
                text.Append(random.Next(2) == 0 ? "true" : "false");
                break;
            case "integer":
                text.Append(random.Next(4) switch { 0 => "1", 1 => "0", _ => random.Next(100_000).ToString(CultureInfo.InvariantCulture) });
                break;
            case "number":
                text.Append(random.Next(3) switch { 0 => "1", 1 => random.NextDouble().ToString("R", CultureInfo.InvariantCulture), _ => random.Next(100_000).ToString(CultureInfo.InvariantCulture) });
                break;
            case "null":
                text.Append("null");
                break;
            default:
                text.Append(JsonSerializer.Serialize(TextFor(schema, name)));
                break;
        }
    }

    private void GenerateObject(StringBuilder text, JsonElement schema, string name, int depth)
    {
        if (schema.TryGetProperty("examples", out var examples) && random.Next(3) != 0)
        {
            text.Append(examples[0].GetRawText());
            return;
        }

        var required = schema.TryGetProperty("required", out var all) ? all.EnumerateArray().Select(item => item.GetString()!).ToHashSet(StringComparer.Ordinal) : [];
        text.Append('{');
        if (schema.TryGetProperty("properties", out var properties) && depth < 8)
        {
            foreach (var property in properties.EnumerateObject())
            {
                if (!required.Contains(property.Name) && random.Next(2) == 0)
                    continue;
                text.Append(text[^1] == '{' ? "" : ",").Append('"').Append(property.Name).Append("\":");
                Generate(text, property.Value, property.Name, depth + 1);
            }
        }

        text.Append('}');
    }

    private string TypeOf(JsonElement schema)
    {
        if (!schema.TryGetProperty("type", out var type))
            return "string";
        return type.ValueKind == JsonValueKind.Array ? type[random.Next(type.GetArrayLength())].GetString()! : type.GetString()!;
    }

    private string TextFor(JsonElement schema, string name) => schema.TryGetProperty("format", out var format) || name is "start" or "end"
        ? format.ValueKind == JsonValueKind.String && format.ValueEquals("uuid") ? Guid.CreateVersion7(now).ToString() : now.AddMinutes(random.Next(-100, 100)).ToString("O", CultureInfo.InvariantCulture)
        : random.Next(20) == 0 ? Pick(Oddities.Texts) : vocabulary.Find(name) ?? $"word {random.Next(10)}";

    private string Pick(string[] values) => values[random.Next(values.Length)];
}
