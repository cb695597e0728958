using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Limits;

/// <summary>Gives the server its limits: what a connection may ask for before anybody knows whose it is.</summary>
internal sealed class ServerLimits(IOptions<LimitsOptions> options) : IConfigureOptions<KestrelServerOptions>
{
    /// <summary>Requests at a time on one connection of HTTP/2, which is only spoken where the server has a certificate.</summary>
    private const int MaxStreamsPerConnection = 100;

    public void Configure(KestrelServerOptions kestrel)
    {
        var limits = options.Value;
        var server = kestrel.Limits;
        server.MaxConcurrentConnections = limits.MaxConnections == 0 ? null : limits.MaxConnections;
        server.MaxRequestLineSize = limits.MaxRequestLineSize;
        server.MaxRequestHeadersTotalSize = limits.MaxRequestHeadersTotalSize;
        server.MaxRequestHeaderCount = limits.MaxRequestHeaderCount;
        server.RequestHeadersTimeout = limits.RequestHeadersTimeout;
        server.KeepAliveTimeout = limits.KeepAliveTimeout;
        server.MinRequestBodyDataRate = Rate(limits.MinRequestBodyBytesPerSecond, limits);
        server.MinResponseDataRate = Rate(limits.MinResponseBytesPerSecond, limits);
        server.Http2.MaxStreamsPerConnection = MaxStreamsPerConnection;
    }

    private static MinDataRate? Rate(int bytesPerSecond, LimitsOptions limits) =>
        bytesPerSecond == 0 ? null : new(bytesPerSecond, limits.DataRateGracePeriod);
}
