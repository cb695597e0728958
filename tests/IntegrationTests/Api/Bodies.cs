using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Api;

/// <summary>Request bodies as clients and networks make them.</summary>
internal static class Bodies
{
    public const string Json = "application/json";
    public const string Lines = "application/x-ndjson";

    public static HttpContent Of(string text, string? mediaType = Json)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        if (mediaType is not null)
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        return content;
    }

    /// <summary>A body whose length is not known beforehand.</summary>
    public static HttpContent Chunked(string text, string mediaType = Json, int chunkSize = 16)
    {
        var content = new ChunkedContent(Encoding.UTF8.GetBytes(text), chunkSize);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        return content;
    }

    /// <summary>Lets the service read no more than so many bytes at a time, wherever that cuts.</summary>
    public static void UseDrippingBodies(this IWebHostBuilder builder, int bytesAtATime) =>
        builder.ConfigureTestServices(services => services.AddSingleton<IStartupFilter>(new Dripping(bytesAtATime)));

    private sealed class ChunkedContent(byte[] bytes, int chunkSize) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            foreach (var chunk in bytes.Chunk(chunkSize))
            {
                await stream.WriteAsync(chunk);
                await stream.FlushAsync();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private sealed class Dripping(int bytesAtATime) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, following) =>
            {
                context.Request.Body = new DrippingStream(context.Request.Body, bytesAtATime);
                return following(context);
            });
            next(app);
        };
    }

    private sealed class DrippingStream(Stream inner, int bytesAtATime) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.ReadAsync(buffer[..Math.Min(buffer.Length, bytesAtATime)], cancellationToken);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
