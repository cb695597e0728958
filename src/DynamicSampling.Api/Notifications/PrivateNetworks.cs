using System.Net;
using System.Net.Sockets;

namespace DynamicSampling.Api.Notifications;

/// <summary>Addresses that only mean something inside a network, or on one machine: what is there expects no requests from outside.</summary>
internal static class PrivateNetworks
{
    // The special-purpose registries of RFC 6890, as far as packets to such an address may get anywhere.
    private static readonly IPNetwork[] Networks =
    [
        IPNetwork.Parse("0.0.0.0/8"), // this network; 0.0.0.0 is this machine
        IPNetwork.Parse("10.0.0.0/8"),
        IPNetwork.Parse("100.64.0.0/10"), // carrier-grade NAT
        IPNetwork.Parse("127.0.0.0/8"),
        IPNetwork.Parse("169.254.0.0/16"), // link-local, and the metadata services of clouds
        IPNetwork.Parse("172.16.0.0/12"),
        IPNetwork.Parse("192.0.0.0/24"),
        IPNetwork.Parse("192.0.2.0/24"), // documentation, as the next ones of such a kind
        IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("198.18.0.0/15"), // benchmarks
        IPNetwork.Parse("198.51.100.0/24"),
        IPNetwork.Parse("203.0.113.0/24"),
        IPNetwork.Parse("224.0.0.0/4"), // multicast
        IPNetwork.Parse("240.0.0.0/4"), // reserved, and broadcast
        IPNetwork.Parse("::/96"), // unspecified, loopback and IPv4-compatible addresses
        IPNetwork.Parse("100::/64"),
        IPNetwork.Parse("2001:db8::/32"),
        IPNetwork.Parse("fc00::/7"), // unique local
        IPNetwork.Parse("fe80::/10"), // link-local
        IPNetwork.Parse("fec0::/10"), // site-local, once
        IPNetwork.Parse("ff00::/8"), // multicast
    ];

    // IPv6 addresses with one of IPv4 in them, and where.
    private static readonly (IPNetwork Network, int Offset)[] Embeddings =
    [
        (IPNetwork.Parse("64:ff9b::/96"), 12), // NAT64
        (IPNetwork.Parse("64:ff9b:1::/48"), 12), // NAT64 of a network's own
        (IPNetwork.Parse("2002::/16"), 2), // 6to4
    ];

    // Teredo has the address of a server and, inverted, that of a client.
    private static readonly IPNetwork Teredo = IPNetwork.Parse("2001::/32");

    /// <summary>Whether an address is in one of them, by itself or as the one of IPv4 that is in it.</summary>
    public static bool Contain(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (Array.Exists(Networks, network => network.Contains(address)))
            return true;
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return false;
        if (Teredo.Contains(address))
            return true;
        var bytes = address.GetAddressBytes();
        return Array.Exists(Embeddings, embedding => embedding.Network.Contains(address) && Contain(new IPAddress(bytes.AsSpan(embedding.Offset, 4))));
    }
}
