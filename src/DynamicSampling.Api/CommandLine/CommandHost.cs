using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DynamicSampling.Api.CommandLine;

/// <summary>The service's settings and services for a command. Nothing of it is started: no server, no scheduler, nothing in the background.</summary>
internal static class CommandHost
{
    public static WebApplication Build(string[] settings, CommandEnvironment environment)
    {
        var builder = ApiBuilder.CreateBuilder(settings, environment.Ports);
        builder.Logging.ClearProviders().AddProvider(new ErrorLog(environment.Error));
        builder.Services.Replace(ServiceDescriptor.Singleton(environment.Clock));
        return builder.Build();
    }
}
