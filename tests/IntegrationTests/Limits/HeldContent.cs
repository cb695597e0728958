using System.Net;
using System.Net.Http.Headers;

namespace DynamicSampling.IntegrationTests.Limits;

/// <summary>A body that arrives when the test says so.</summary>
internal sealed class HeldContent : HttpContent
{
    private readonly byte[] _body;
    private readonly Task _release;

    public HeldContent(byte[] body, Task release)
    {
        _body = body;
        _release = release;
        Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await _release;
        await stream.WriteAsync(_body);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }
}
