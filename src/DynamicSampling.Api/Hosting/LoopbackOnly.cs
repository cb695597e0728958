using System.Net;

namespace DynamicSampling.Api.Hosting;

/// <summary>Without keys, only this machine may reach the service, unless somebody has said that all may.</summary>
internal static class LoopbackOnly
{
    private const string AllowedHostsKey = "AllowedHosts";

    public static void Configure(WebApplicationBuilder builder)
    {
        // What was checked stays: the server does not take other addresses while it runs.
        builder.WebHost.ConfigureKestrel((context, kestrel) => kestrel.Configure(context.Configuration.GetSection("Kestrel"), reloadOnChange: false));
        var configuration = builder.Configuration;
        if (!string.IsNullOrEmpty(configuration[AllowedHostsKey]) || FindExposed(configuration) is not null)
            return;
        // A page from elsewhere must not get in under a name of its own that points to this machine.
        configuration[AllowedHostsKey] = "localhost;127.0.0.1;[::1]";
    }

    /// <summary>A configured address that other machines can reach; null when there is none.</summary>
    public static string? FindExposed(IConfiguration configuration) => ConfiguredAddresses.Read(configuration).Find(address => !IsLocal(address));

    /// <summary>Why such an address is refused, and what to do.</summary>
    public static string Explain(string exposed) =>
        $"The address '{exposed}' can be reached from other machines, and this service asks nobody for a key. "
        + "Make one with the command keys create, or set Authentication:ApiKeys; or listen on http://localhost:5000 and put a proxy that authenticates in front; "
        + "or, on a network where everybody may change sampling, set Authentication:AllowAnonymous=true (environment: Authentication__AllowAnonymous=true).";

    public static bool AllowsAnonymous(IConfiguration configuration) => configuration.GetValue<bool>("Authentication:AllowAnonymous");

    private static bool IsLocal(string address)
    {
        BindingAddress binding;
        try
        {
            binding = BindingAddress.Parse(address);
        }
        catch (FormatException)
        {
            // The server says what is wrong with it.
            return true;
        }

        return binding.IsUnixPipe
            || binding.IsNamedPipe
            || string.Equals(binding.Host, "localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(binding.Host, out var ip) && IPAddress.IsLoopback(ip));
    }
}
