using DynamicSampling.Api.Ingest;
using DynamicSampling.Api.Limits;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Hosting;

/// <summary>
/// Holds request bodies to their limit by counting what is read: also where the server does not know the length beforehand,
/// or, as the in-memory one, has no limit of its own.
/// </summary>
internal sealed class BodyLimit(RequestDelegate next, IOptions<IngestOptions> ingest, IOptions<LimitsOptions> limits)
{
    /// <summary>What a body was too large for, with the setting that says so.</summary>
    public static string Describe(HttpContext context)
    {
        var services = context.RequestServices;
        // The exception handler takes the endpoint away.
        return IsLarge(context.Features.Get<IExceptionHandlerFeature>()?.Endpoint ?? context.GetEndpoint())
            ? $"{services.GetRequiredService<IOptions<IngestOptions>>().Value.MaxBodyBytes} bytes, the value of Ingest:MaxBodyBytes"
            : $"{services.GetRequiredService<IOptions<LimitsOptions>>().Value.MaxSettingsBytes} bytes, the value of Limits:MaxSettingsBytes";
    }

    public Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
            return next(context);
        var limit = IsLarge(context.GetEndpoint()) ? ingest.Value.MaxBodyBytes : limits.Value.MaxSettingsBytes;
        // The server's own limit would cut the connection, and with it the answer that says what was wrong.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } server)
            server.MaxRequestBodySize = null;
        if (context.Request.ContentLength > limit)
            throw TooLarge();
        context.Request.Body = new CountingStream(context.Request.Body, limit);
        return next(context);
    }

    private static bool IsLarge(Endpoint? endpoint) => endpoint?.Metadata.GetMetadata<LargeBody>() is not null;

    // Binders keep the status alone, so StatusProblems has the sentence.
    private static BadHttpRequestException TooLarge() => new("The body is too large.", StatusCodes.Status413PayloadTooLarge);

    private sealed class CountingStream(Stream inner, long limit) : Stream
    {
        private long _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Count(await inner.ReadAsync(buffer, cancellationToken));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => Count(inner.Read(buffer, offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private int Count(int read)
        {
            _read += read;
            return _read > limit ? throw TooLarge() : read;
        }
    }
}
