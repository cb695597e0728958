using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace DynamicSampling.Api.Ingest.Otlp;

/// <summary>Answers of OTLP over HTTP, in the encoding of the request: ExportTraceServiceResponse or ExportMetricsServiceResponse, and google.rpc.Status for errors.</summary>
internal static class OtlpAnswers
{
    public const string Protobuf = "application/x-protobuf";
    public const string Json = "application/json";

    // Sentences, which nobody puts into a page as they are.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly byte[] EmptyJson = "{}"u8.ToArray();

    /// <summary>Whether the request is in protobuf; false for JSON, null for anything else.</summary>
    public static bool? IsProtobuf(HttpRequest request)
    {
        var type = request.ContentType.AsSpan();
        // Parameters after the media type say nothing that matters.
        if (type.IndexOf(';') is >= 0 and var end)
            type = type[..end];
        type = type.Trim();
        if (type.Equals(Protobuf, StringComparison.OrdinalIgnoreCase))
            return true;
        return type.Equals(Json, StringComparison.OrdinalIgnoreCase) ? false : null;
    }

    /// <summary>All was taken, but for some of it.</summary>
    /// <param name="http">The request.</param>
    /// <param name="rejected">How much was not taken.</param>
    /// <param name="member">What that is called in JSON.</param>
    /// <param name="message">Why.</param>
    public static Task WriteSuccessAsync(HttpContext http, long rejected, string member, string message)
    {
        var isProtobuf = IsProtobuf(http.Request) == true;
        if (rejected == 0)
            return WriteAsync(http, isProtobuf, isProtobuf ? [] : EmptyJson);
        var buffer = new ArrayBufferWriter<byte>();
        if (isProtobuf)
        {
            // partial_success = 1 { rejected_spans or rejected_data_points = 1, error_message = 2 }
            var partial = new ArrayBufferWriter<byte>();
            WriteNumber(partial, field: 1, (ulong)rejected);
            WriteBytes(partial, field: 2, Encoding.UTF8.GetBytes(message));
            WriteBytes(buffer, field: 1, partial.WrittenSpan);
        }
        else
        {
            using var json = new Utf8JsonWriter(buffer, Readable);
            json.WriteStartObject();
            json.WriteStartObject("partialSuccess"u8);
            json.WriteString(member, rejected.ToString(System.Globalization.CultureInfo.InvariantCulture));
            json.WriteString("errorMessage"u8, message);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return WriteAsync(http, isProtobuf, buffer.WrittenMemory);
    }

    /// <summary>Nothing was taken.</summary>
    public static Task WriteErrorAsync(HttpContext http, int status, string message)
    {
        var isProtobuf = IsProtobuf(http.Request) == true;
        var buffer = new ArrayBufferWriter<byte>();
        if (isProtobuf)
        {
            WriteNumber(buffer, field: 1, (ulong)CodeOf(status));
            WriteBytes(buffer, field: 2, Encoding.UTF8.GetBytes(message));
        }
        else
        {
            using var json = new Utf8JsonWriter(buffer, Readable);
            json.WriteStartObject();
            json.WriteNumber("code"u8, CodeOf(status));
            json.WriteString("message"u8, message);
            json.WriteEndObject();
        }

        http.Response.StatusCode = status;
        // Clients come again after these two; whoever has refused it may have said when.
        if (status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable && http.Response.Headers.RetryAfter.Count == 0)
            http.Response.Headers.RetryAfter = "1";
        if (status == StatusCodes.Status415UnsupportedMediaType)
            http.Response.Headers[HeaderNames.AcceptEncoding] = "gzip, identity";
        return WriteAsync(http, isProtobuf, buffer.WrittenMemory);
    }

    // google.rpc.Code
    private static int CodeOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => 16, // UNAUTHENTICATED
        StatusCodes.Status403Forbidden => 7, // PERMISSION_DENIED
        StatusCodes.Status408RequestTimeout => 4, // DEADLINE_EXCEEDED
        StatusCodes.Status413PayloadTooLarge or StatusCodes.Status429TooManyRequests => 8, // RESOURCE_EXHAUSTED
        StatusCodes.Status503ServiceUnavailable => 14, // UNAVAILABLE
        >= 500 => 13, // INTERNAL
        _ => 3, // INVALID_ARGUMENT
    };

    private static Task WriteAsync(HttpContext http, bool isProtobuf, ReadOnlyMemory<byte> body)
    {
        http.Response.ContentType = isProtobuf ? Protobuf : Json;
        http.Response.ContentLength = body.Length;
        return body.IsEmpty ? Task.CompletedTask : http.Response.BodyWriter.WriteAsync(body).AsTask();
    }

    private static void WriteNumber(ArrayBufferWriter<byte> buffer, int field, ulong value)
    {
        WriteVarint(buffer, (ulong)(field << 3));
        WriteVarint(buffer, value);
    }

    private static void WriteBytes(ArrayBufferWriter<byte> buffer, int field, ReadOnlySpan<byte> bytes)
    {
        WriteVarint(buffer, (ulong)((field << 3) | (int)WireType.Bytes));
        WriteVarint(buffer, (ulong)bytes.Length);
        buffer.Write(bytes);
    }

    private static void WriteVarint(ArrayBufferWriter<byte> buffer, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            buffer.Write([(byte)(value | 0x80)]);
        buffer.Write([(byte)value]);
    }
}
