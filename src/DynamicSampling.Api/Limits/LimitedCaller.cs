using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using DynamicSampling.Api.Authentication;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Limits;

/// <summary>Whose requests are counted together: those of a key or, without one, of an address.</summary>
/// <param name="Slot">The place of its counters, 0 to <see cref="Slots"/> - 1.</param>
/// <param name="IsThisMachine">
/// Whether it is anonymous and from this machine: somebody who tries the service, or a proxy that stands for everybody. Neither is one caller
/// among others.
/// </param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LimitedCaller(int Slot, bool IsThisMachine)
{
    /// <summary>
    /// Callers are told apart by as many places. So many names or addresses as somebody may make up take no more memory than this; that two
    /// share a place, and a limit, is rare, and since hashes are other ones in each process, nobody can choose with whom.
    /// </summary>
    public const int Slots = 32_768;

    /// <summary>Who sends a request.</summary>
    public static LimitedCaller Of(HttpContext http)
    {
        if (NameOf(http) is { } name)
            return new(SlotOf(name), IsThisMachine: false);
        return http.Connection.RemoteIpAddress is not { } address || IPAddress.IsLoopback(address)
            ? new(0, IsThisMachine: true)
            : new(SlotOf(address), IsThisMachine: false);
    }

    /// <summary>The same in words, to begin a sentence with.</summary>
    public static string Describe(HttpContext http) =>
        NameOf(http) is { } name ? $"Key '{name}'" : http.Connection.RemoteIpAddress is { } address ? $"Address {Plain(address)}" : "This machine";

    /// <summary>Of which organization a request is, if it is of one; without one in the path, clients send and get what is their key's, or the default one's.</summary>
    public static string? OrganizationOf(HttpContext http, RequestGroup group) =>
        http.Request.RouteValues["org"] as string
        ?? (group is RequestGroup.Ingest or RequestGroup.Sampling ? Caller.GrantOf(http)?.OnlyOrganization ?? Names.DefaultOrganization : null);

    /// <summary>The place of a name.</summary>
    public static int SlotOf(string name) => name.GetHashCode(StringComparison.Ordinal) & (Slots - 1);

    /// <summary>The place of an address. Of IPv6 the first half counts: whoever has one address has all of its second half.</summary>
    public static int SlotOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address = Plain(address);
        address.TryWriteBytes(bytes, out _);
        var hash = address.AddressFamily == AddressFamily.InterNetwork
            ? HashCode.Combine(BinaryPrimitives.ReadUInt32LittleEndian(bytes))
            : HashCode.Combine(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        return hash & (Slots - 1);
    }

    // A server that listens for both sees addresses of IPv4 as such of IPv6.
    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static string? NameOf(HttpContext http) => Caller.GrantOf(http)?.Name;
}
