// What OpenTelemetry.Extensions.Hosting adds, and of OpenTelemetry.Instrumentation.AspNetCore the registrations. With
// -p:OpenTelemetryPackages=true the packages are used and this file is left out; callers do not change.
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace DynamicSampling.Api.Telemetry;

internal static class OpenTelemetryHosting
{
    /// <summary>Adds OpenTelemetry's providers, which start and stop with the host.</summary>
    public static IOpenTelemetryBuilder AddOpenTelemetry(this IServiceCollection services)
    {
        services.AddHostedService<ProviderStartup>();
        return new Builder(services);
    }

    /// <summary>The meters of ASP.NET Core and Kestrel.</summary>
    public static MeterProviderBuilder AddAspNetCoreInstrumentation(this MeterProviderBuilder builder) =>
        builder.AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Routing", "Microsoft.AspNetCore.Diagnostics");

    /// <summary>The activities of ASP.NET Core.</summary>
    public static TracerProviderBuilder AddAspNetCoreInstrumentation(this TracerProviderBuilder builder) =>
        builder.AddSource("Microsoft.AspNetCore");

    private sealed class Builder(IServiceCollection services) : IOpenTelemetryBuilder
    {
        public IServiceCollection Services { get; } = services;
    }

    // Providers listen from the moment they are resolved, and flush when the container disposes them.
    private sealed class ProviderStartup(IServiceProvider services) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            services.GetService<MeterProvider>();
            services.GetService<TracerProvider>();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
