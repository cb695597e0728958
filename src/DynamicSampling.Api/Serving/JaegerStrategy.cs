using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using DynamicSampling.Tasks.Sampling;
using Microsoft.Net.Http.Headers;

namespace DynamicSampling.Api.Serving;

/// <summary>
/// The answer to a client of Jaeger remote sampling, ready to be sent. It has exactly these members in this writing: the Go client
/// refuses unknown ones, the JavaScript and Java ones need <c>probabilisticSampling</c>, and old ones a <c>strategyType</c> in words.
/// </summary>
internal sealed class JaegerStrategy
{
    private JaegerStrategy(byte[] body, OperationRates rates)
    {
        Body = body;
        Rates = rates;
        ETag = new($"\"{Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 8))}\"");
    }

    /// <summary>The JSON, in UTF-8.</summary>
    public byte[] Body { get; }

    /// <summary>Stands for the body.</summary>
    public EntityTagHeaderValue ETag { get; }

    /// <summary>What the body says.</summary>
    public OperationRates Rates { get; }

    /// <summary>One rate for all operations.</summary>
    public static JaegerStrategy Of(long version, double rate) => Of(version, rate, []);

    /// <summary>The rates of a project's operations.</summary>
    public static JaegerStrategy Of(long version, ProjectRate project, double factor)
    {
        var (others, operations) = OperationRates.ToTell(project, factor);
        return Of(version, others, operations);
    }

    private static JaegerStrategy Of(long version, double rate, List<(string Operation, double Rate)> operations)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("strategyType"u8, "PROBABILISTIC"u8);
            WriteProbability(json, rate);
            json.WriteStartObject("operationSampling"u8);
            json.WriteNumber("defaultSamplingProbability"u8, rate);
            json.WriteNumber("defaultLowerBoundTracesPerSecond"u8, 0.0);
            json.WriteStartArray("perOperationStrategies"u8);
            foreach (var (operation, own) in operations)
            {
                json.WriteStartObject();
                json.WriteString("operation"u8, operation);
                WriteProbability(json, own);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteNumber("defaultUpperBoundTracesPerSecond"u8, 0.0);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return new(buffer.WrittenSpan.ToArray(), new(version, rate, operations));
    }

    private static void WriteProbability(Utf8JsonWriter json, double rate)
    {
        json.WriteStartObject("probabilisticSampling"u8);
        json.WriteNumber("samplingRate"u8, rate);
        json.WriteEndObject();
    }
}
