using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Hosting;

internal static class AddressesHosting
{
    /// <summary>Adds where the service listens when no address is configured.</summary>
    public static void AddDefaultAddresses(this IServiceCollection services, DefaultPorts ports)
    {
        services.AddSingleton(ports);
        services.AddSingleton<LocalhostSockets>();
        services.AddSingleton<DefaultAddresses>();
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>>(provider => provider.GetRequiredService<DefaultAddresses>());
        services.AddSingleton<IConfigureOptions<SocketTransportOptions>>(provider => provider.GetRequiredService<DefaultAddresses>());
        services.AddHostedService(provider => provider.GetRequiredService<DefaultAddresses>());
    }
}
