namespace DynamicSampling.Api.Hosting;

/// <summary>The addresses that the operator asks for, wherever that is written down.</summary>
internal static class ConfiguredAddresses
{
    /// <returns>None when the operator leaves it to the service.</returns>
    public static List<string> Read(IConfiguration configuration)
    {
        var urls = Split(configuration[WebHostDefaults.ServerUrlsKey]).ToList();
        // As the host does: ports count only where no URLs are given, and they mean every network interface.
        if (urls.Count == 0)
        {
            urls.AddRange(Split(configuration[WebHostDefaults.HttpPortsKey]).Select(port => $"http://*:{port}"));
            urls.AddRange(Split(configuration[WebHostDefaults.HttpsPortsKey]).Select(port => $"https://*:{port}"));
        }

        foreach (var endpoint in configuration.GetSection("Kestrel:Endpoints").GetChildren())
            urls.AddRange(Split(endpoint["Url"]));
        return urls;
    }

    private static string[] Split(string? list) =>
        list?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
