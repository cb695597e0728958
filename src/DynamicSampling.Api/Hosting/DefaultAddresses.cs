using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Hosting;

/// <summary>
/// Where no address is configured, listens on localhost: the service's own port, and those that clients try by themselves.
/// </summary>
/// <remarks>
/// Kestrel stops at the first port that is taken. So the sockets are made here and handed over to it while they listen: nobody can
/// come in between. It happens before anything else starts: a second process that finds the service's port taken must not touch the
/// database of the first.
/// </remarks>
internal sealed class DefaultAddresses(DefaultPorts ports, LocalhostSockets sockets, IConfiguration configuration, ILogger<DefaultAddresses> logger)
    : IConfigureOptions<KestrelServerOptions>, IConfigureOptions<SocketTransportOptions>, IHostedLifecycleService
{
    // A server in memory never asks for Kestrel's options, and listens nowhere.
    private KestrelServerOptions? _kestrel;

    public void Configure(KestrelServerOptions options) => _kestrel = options;

    public void Configure(SocketTransportOptions options)
    {
        var create = options.CreateBoundListenSocket;
        options.CreateBoundListenSocket = endpoint => sockets.Take(endpoint) ?? create(endpoint);
    }

    /// <exception cref="StartupException">The service's own port cannot be had.</exception>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        if (_kestrel is { } kestrel && ConfiguredAddresses.Read(configuration).Count == 0)
        {
            ListenOnMain(kestrel);
            foreach (var port in ports.Conventional)
                TryListen(kestrel, port);
        }

        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void ListenOnMain(KestrelServerOptions kestrel)
    {
        try
        {
            Listen(kestrel, ports.Main);
        }
        catch (SocketException exception)
        {
            var reason = exception.SocketErrorCode == SocketError.AddressAlreadyInUse ? "another program has it, perhaps this service, started before" : exception.Message;
            throw new StartupException(
                $"The service cannot listen on port {ports.Main} of localhost: {reason}. "
                + "Stop that, or choose another address, for instance with --urls http://localhost:5080 (environment: ASPNETCORE_URLS).");
        }
    }

    private void TryListen(KestrelServerOptions kestrel, ConventionalPort port)
    {
        try
        {
            Listen(kestrel, port.Number);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            Log.PortTaken(logger, port.Number, port.Protocol, ports.Main);
        }
        catch (SocketException exception)
        {
            Log.PortUnavailable(logger, port.Number, exception.Message, port.Protocol, ports.Main);
        }
    }

    private void Listen(KestrelServerOptions kestrel, int port)
    {
        var endpoints = sockets.Listen(port);
        if (endpoints.Count > 1)
            kestrel.ListenLocalhost(port);
        else
            kestrel.Listen(endpoints[0]);
    }
}
