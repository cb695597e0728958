using System.Net;
using System.Net.Sockets;
using DynamicSampling.Api.Hosting;

namespace DynamicSampling.Api.CommandLine.Doctor;

/// <summary>Whether the addresses can be listened on that are configured, or those that the service takes by itself.</summary>
internal sealed class AddressesCheck(IConfiguration configuration, DefaultPorts ports) : IDoctorCheck
{
    private const string IsTaken = "is taken, perhaps by this service, running already: then all is well.";

    public string Name => "ports";

    public Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        var addresses = ConfiguredAddresses.Read(configuration);
        var findings = addresses.Count > 0
            ? addresses.Select(LookAt)
            : [LookAt($"http://localhost:{ports.Main}"), .. ports.Conventional.Select(LookAt)];
        return Task.FromResult<IReadOnlyList<Finding>>([.. findings]);
    }

    private static Finding LookAt(string address)
    {
        try
        {
            Listen(BindingAddress.Parse(address));
            return Finding.Ok($"{address} can be listened on.");
        }
        catch (FormatException)
        {
            return Finding.Problem($"{address} is no address. Write it like http://localhost:5000, in --urls or ASPNETCORE_URLS.");
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return Finding.Warning($"{address} {IsTaken} Otherwise the service does not start; stop that program, or choose another address with --urls.");
        }
        catch (SocketException exception)
        {
            return Finding.Problem($"{address} cannot be listened on ({exception.Message}). Choose another address with --urls.");
        }
    }

    private static Finding LookAt(ConventionalPort port)
    {
        var address = $"http://localhost:{port.Number}";
        try
        {
            Listen(BindingAddress.Parse(address));
            return Finding.Ok($"{address} can be listened on, for {port.Protocol}.");
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return Finding.Warning($"{address} {IsTaken} Otherwise the service starts without {port.Protocol} there; its main address serves that too.");
        }
        catch (SocketException exception)
        {
            return Finding.Warning($"{address} cannot be listened on ({exception.Message}). The service starts without {port.Protocol} there; its main address serves that too.");
        }
    }

    // As the server does; closed at once.
    private static void Listen(BindingAddress address)
    {
        if (address.IsUnixPipe || address.IsNamedPipe)
            return;
        using var sockets = new LocalhostSockets();
        if (string.Equals(address.Host, "localhost", StringComparison.OrdinalIgnoreCase))
        {
            sockets.Listen(address.Port);
            return;
        }

        if (IPAddress.TryParse(address.Host, out var ip))
        {
            LocalhostSockets.Listen(new IPEndPoint(ip, address.Port)).Dispose();
            return;
        }

        // Any other name stands for all of this machine's.
        using var first = LocalhostSockets.Listen(new IPEndPoint(IPAddress.Any, address.Port));
        if (Socket.OSSupportsIPv6)
            LocalhostSockets.Listen(new IPEndPoint(IPAddress.IPv6Any, address.Port)).Dispose();
    }
}
