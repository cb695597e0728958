using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Notifications;

/// <summary>
/// Connects to receivers, and to nobody else: the address that a name has at this moment is looked at, and connected to, so that another answer
/// of a name server a moment later changes nothing.
/// </summary>
internal sealed class WebhookConnector(IOptions<NotificationOptions> options, WebhookNames names)
{
    /// <exception cref="ForbiddenReceiverException">The host or all of its addresses are not allowed.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        if (!WebhookHosts.Allow(options.Value, host))
            throw new ForbiddenReceiverException($"Host '{host}' is not one of Notifications:AllowedHosts.");
        var addresses = await names.ResolveAsync(host, cancellationToken);
        var allowed = options.Value.AllowPrivateNetworks ? addresses : Array.FindAll(addresses, address => !PrivateNetworks.Contain(address));
        if (allowed.Length == 0)
        {
            throw new ForbiddenReceiverException(addresses.Length == 0
                ? $"Host '{host}' has no address."
                : $"Address {addresses[0]} of host '{host}' is this machine's or in a private network; announcements go there only with Notifications:AllowPrivateNetworks=true.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>Finds the addresses of hosts.</summary>
internal class WebhookNames
{
    /// <summary>The addresses that a host has now.</summary>
    public virtual Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => Dns.GetHostAddressesAsync(host, cancellationToken);
}

/// <summary>An announcement may not go to its receiver; trying again changes nothing.</summary>
internal sealed class ForbiddenReceiverException(string message) : Exception(message);
