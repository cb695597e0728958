using System.Net;

namespace DynamicSampling.Api.Hosting;

/// <summary>Without authentication, only this machine may reach the service, unless somebody has said that all may.</summary>
internal static class LoopbackOnly
{
    private const string AllowedHostsKey = "AllowedHosts";

    /// <exception cref="StartupException">An address that others can reach is configured.</exception>
    public static void Enforce(WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        if (FindProblem(configuration) is { } problem)
            throw new StartupException(problem);
        if (AllowsAnonymous(configuration))
            return;
        // What was checked stays: the server does not take other addresses while it runs.
        builder.WebHost.ConfigureKestrel((context, kestrel) => kestrel.Configure(context.Configuration.GetSection("Kestrel"), reloadOnChange: false));
        // A page from elsewhere must not get in under a name of its own that points to this machine.
        if (string.IsNullOrEmpty(configuration[AllowedHostsKey]))
            configuration[AllowedHostsKey] = "localhost;127.0.0.1;[::1]";
    }

    /// <summary>What is wrong with the configured addresses, and what to do; null when nothing is.</summary>
    public static string? FindProblem(IConfiguration configuration) =>
        !AllowsAnonymous(configuration) && ConfiguredAddresses.Read(configuration).Find(address => !IsLocal(address)) is { } exposed
            ? $"The address '{exposed}' can be reached from other machines, and this service asks nobody for a key. "
                + "Listen on http://localhost:5000 and put a proxy that authenticates in front; or, on a network where everybody may "
                + "change sampling, set Authentication:AllowAnonymous=true (environment: Authentication__AllowAnonymous=true)."
            : null;

    private static bool AllowsAnonymous(IConfiguration configuration) => configuration.GetValue<bool>("Authentication:AllowAnonymous");

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
