using System.Globalization;
using System.Text.Json;

namespace DynamicSampling.Sampler.Reports;

/// <summary>An interval on its way to the service, with the number by which the service knows it when it comes again.</summary>
internal sealed class Report(long sequence, Interval interval)
{
    public long Sequence => sequence;

    public DateTimeOffset End => interval.End;

    public int Operations => interval.Counts.Length;

    public long Traces { get; } = interval.Counts.Sum(count => count.Total);

    /// <summary>The body of the request, the same each time.</summary>
    public byte[] ToJson(string service, string client)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("service"u8, service);
            json.WriteString("client"u8, client);
            json.WriteNumber("sequence"u8, sequence);
            json.WriteString("sampler"u8, "DynamicSampling.Sampler/" + SamplerVersion.Text);
            json.WriteString("ratesTag"u8, interval.RatesTag);
            json.WriteString("start"u8, TextOf(interval.Start));
            json.WriteString("end"u8, TextOf(interval.End));
            json.WriteStartArray("operations"u8);
            foreach (var count in interval.Counts)
            {
                json.WriteStartObject();
                json.WriteString("operation"u8, count.Name);
                json.WriteNumber("total"u8, count.Total);
                json.WriteNumber("kept"u8, count.Kept);
                json.WriteNumber("rate"u8, count.Rate);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return body.ToArray();
    }

    private static string TextOf(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
