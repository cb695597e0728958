using System.Text.Json;

namespace DynamicSampling.Sampler.Rates;

/// <summary>The last good rates on disk: what the service answered, with its entity tag and the service's name.</summary>
internal sealed class RatesFile(string path, ILogger logger)
{
    private const int MaxBytes = 8 * 1024 * 1024;
    private readonly Complaint _complaint = new(reason => Log.CacheFileUnusable(logger, path, reason));

    /// <summary>Reads the rates of a service; null when there are none that are good.</summary>
    public Strategy? Read(string service)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
                return null;
            if (file.Length > MaxBytes)
                throw new FormatException($"It is longer than {MaxBytes} bytes.");
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("service"u8, out var name) || !root.TryGetProperty("strategy"u8, out var strategy))
                throw new FormatException("It is no file of rates.");
            if (!name.ValueEquals(service))
                throw new FormatException("It has the rates of another service.");
            return StrategyReader.Read(strategy, root.TryGetProperty("tag"u8, out var tag) ? tag.GetString() : null);
        }
        catch (Exception exception)
        {
            _complaint.Raise(exception.Message);
            return null;
        }
    }

    /// <summary>Writes the rates of a service. Who reads the file sees the old rates or the new ones, whole.</summary>
    public void Write(string service, string? tag, ReadOnlySpan<byte> strategy)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            try
            {
                using (var file = File.Create(temporary))
                using (var json = new Utf8JsonWriter(file))
                {
                    json.WriteStartObject();
                    json.WriteString("service"u8, service);
                    json.WriteString("tag"u8, tag);
                    json.WritePropertyName("strategy"u8);
                    // It has been read before.
                    json.WriteRawValue(strategy, skipInputValidation: true);
                    json.WriteEndObject();
                }

                File.Move(temporary, path, overwrite: true);
                _complaint.Settle();
            }
            finally
            {
                File.Delete(temporary);
            }
        }
        catch (Exception exception)
        {
            _complaint.Raise(exception.Message);
        }
    }
}
