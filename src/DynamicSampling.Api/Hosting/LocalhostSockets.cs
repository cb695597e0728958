using System.Net;
using System.Net.Sockets;

namespace DynamicSampling.Api.Hosting;

/// <summary>Sockets that listen on localhost already, until the server takes them over. What it does not take is closed in the end.</summary>
internal sealed class LocalhostSockets : IDisposable
{
    // Kestrel's own; it sets it again when it takes a socket over.
    private const int Backlog = 512;
    private readonly Dictionary<EndPoint, Socket> _sockets = [];

    /// <summary>Listens on a port of localhost, over IPv4 and, where there is such a thing, IPv6: on both or on neither.</summary>
    /// <returns>The endpoints.</returns>
    /// <exception cref="SocketException">The port is taken, or cannot be had for another reason.</exception>
    public IReadOnlyList<IPEndPoint> Listen(int port)
    {
        var sockets = new List<Socket>();
        try
        {
            sockets.Add(Listen(new IPEndPoint(IPAddress.Loopback, port)));
            if (Socket.OSSupportsIPv6 && TryListen(new IPEndPoint(IPAddress.IPv6Loopback, port)) is { } other)
                sockets.Add(other);
        }
        catch
        {
            foreach (var socket in sockets)
                socket.Dispose();
            throw;
        }

        foreach (var socket in sockets)
            _sockets.Add(socket.LocalEndPoint!, socket);
        return [.. sockets.Select(socket => (IPEndPoint)socket.LocalEndPoint!)];
    }

    /// <summary>Listens on an endpoint; the socket is the caller's to close.</summary>
    /// <exception cref="SocketException">The port is taken, or cannot be had for another reason.</exception>
    public static Socket Listen(IPEndPoint endpoint)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (OperatingSystem.IsWindows())
                socket.ExclusiveAddressUse = true;
            socket.Bind(endpoint);
            // A port that is only bound is not one's own yet: two processes can bind it, and the second to listen is refused.
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Hands a socket over; from here on it is the caller's to close.</summary>
    /// <returns>Null when there is none for this endpoint.</returns>
    public Socket? Take(EndPoint endpoint) => _sockets.Remove(endpoint, out var socket) ? socket : null;

    public void Dispose()
    {
        foreach (var socket in _sockets.Values)
            socket.Dispose();
        _sockets.Clear();
    }

    private static Socket? TryListen(IPEndPoint endpoint)
    {
        try
        {
            return Listen(endpoint);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
        {
            // Containers often know of IPv6 and have no such address.
            return null;
        }
    }
}
