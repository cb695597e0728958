using Microsoft.Net.Http.Headers;

namespace DynamicSampling.Api.Hosting;

/// <summary>Refuses bodies that say they are not in UTF-8, as JSON has to be (RFC 8259, 8.1). One in a charset that nobody knows could not even be read.</summary>
internal sealed class Charsets(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        // Nearly all bodies say nothing of it.
        if (context.Request.ContentType is not { } text || !text.Contains("charset", StringComparison.OrdinalIgnoreCase))
            return next(context);
        // Clients of OTLP may say what they like: that is in UTF-8, or in no charset at all.
        if (context.GetEndpoint()?.Metadata.GetMetadata<OtlpEndpoint>() is not null || !MediaTypeHeaderValue.TryParse(text, out var type))
            return next(context);
        if (type.Charset.Length == 0)
            return next(context);
        if (HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        {
            // In quotes it is the same (RFC 9110, 8.3.1), which not every reader knows.
            type.Charset = default;
            context.Request.ContentType = type.ToString();
            return next(context);
        }

        return TypedResults
            .Problem($"The charset {type.Charset} is not supported here; send JSON in UTF-8.", statusCode: StatusCodes.Status415UnsupportedMediaType)
            .ExecuteAsync(context);
    }
}
