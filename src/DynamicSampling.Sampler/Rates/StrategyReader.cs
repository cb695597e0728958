using System.Text.Json;

namespace DynamicSampling.Sampler.Rates;

/// <summary>Reads the answer of Jaeger remote sampling. One thing that is wrong in it makes all of it wrong: half a strategy would be a strategy that nobody has made.</summary>
internal static class StrategyReader
{
    /// <exception cref="FormatException">It is no strategy that can be followed; the message says why.</exception>
    public static Strategy Read(ReadOnlyMemory<byte> json, string? tag)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(document.RootElement, tag);
        }
        catch (JsonException exception)
        {
            throw new FormatException("It is not JSON.", exception);
        }
    }

    /// <inheritdoc cref="Read(ReadOnlyMemory{byte}, string?)"/>
    public static Strategy Read(JsonElement root, string? tag)
    {
        Expect(root.ValueKind == JsonValueKind.Object, "It is not a JSON object.");
        if (!root.TryGetProperty("operationSampling"u8, out var sampling) || sampling.ValueKind == JsonValueKind.Null)
            return new(ReadProbability(root, "the strategy"), new Dictionary<string, double>(StringComparer.Ordinal), tag);
        Expect(sampling.ValueKind == JsonValueKind.Object, "operationSampling is not an object.");
        Expect(sampling.TryGetProperty("defaultSamplingProbability"u8, out var rate), "operationSampling has no defaultSamplingProbability.");
        return new(ReadRate(rate, "defaultSamplingProbability"), ReadOperations(sampling), tag);
    }

    private static Dictionary<string, double> ReadOperations(JsonElement sampling)
    {
        var rates = new Dictionary<string, double>(StringComparer.Ordinal);
        if (!sampling.TryGetProperty("perOperationStrategies"u8, out var operations) || operations.ValueKind == JsonValueKind.Null)
            return rates;
        Expect(operations.ValueKind == JsonValueKind.Array, "perOperationStrategies is not an array.");
        Expect(operations.GetArrayLength() <= Strategy.MaxOperations, $"It has more than {Strategy.MaxOperations} operations.");
        foreach (var item in operations.EnumerateArray())
        {
            Expect(item.ValueKind == JsonValueKind.Object && item.TryGetProperty("operation"u8, out var name) && name.ValueKind == JsonValueKind.String, "An operation has no name.");
            rates[ReadText(item.GetProperty("operation"u8))] = ReadProbability(item, "an operation");
        }

        return rates;
    }

    private static string ReadText(JsonElement element)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw new FormatException("An operation's name is not Unicode.", exception);
        }
    }

    private static double ReadProbability(JsonElement parent, string of)
    {
        Expect(
            parent.TryGetProperty("probabilisticSampling"u8, out var sampling) && sampling.ValueKind == JsonValueKind.Object
                && sampling.TryGetProperty("samplingRate"u8, out _),
            $"There is no probabilisticSampling.samplingRate of {of}.");
        return ReadRate(sampling.GetProperty("samplingRate"u8), "samplingRate");
    }

    private static double ReadRate(JsonElement element, string member)
    {
        Expect(element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var rate) && rate is >= 0 and <= 1, $"A {member} is not a number from 0 to 1.");
        return element.GetDouble();
    }

    private static void Expect([System.Diagnostics.CodeAnalysis.DoesNotReturnIf(false)] bool isSo, string problem)
    {
        if (!isSo)
            throw new FormatException(problem);
    }
}
