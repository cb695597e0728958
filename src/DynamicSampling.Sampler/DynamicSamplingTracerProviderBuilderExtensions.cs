using DynamicSampling.Sampler;
using DynamicSampling.Sampler.Names;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace OpenTelemetry.Trace;

/// <summary>Adds the sampler of DynamicSampling to a tracer provider.</summary>
public static class DynamicSamplingTracerProviderBuilderExtensions
{
    // Without it ASP.NET Core 10 starts the span of a request without saying of which request; from 11 on it says so by itself.
    private const string AspNetCoreSwitch = "Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData";

    /// <summary>
    /// Samples by the rates that a DynamicSampling service gives, and reports what there was. It also has ASP.NET Core 10 put OpenTelemetry's attributes on the
    /// spans of requests when they start, by which their operations are found, unless the switch for that is set already; call it before the host starts.
    /// </summary>
    /// <param name="builder">The tracer provider to be.</param>
    /// <param name="configure">Changes the options, which all have defaults.</param>
    /// <returns>The builder.</returns>
    public static TracerProviderBuilder AddDynamicSampling(this TracerProviderBuilder builder, Action<RemoteSamplerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (!AppContext.TryGetSwitch(AspNetCoreSwitch, out _))
            AppContext.SetSwitch(AspNetCoreSwitch, isEnabled: false);
        return builder
            .ConfigureServices(services =>
            {
                if (configure is not null)
                    services.Configure(configure);
                services.TryAddSingleton<NameLearner>();
            })
            .SetSampler(static services => services.GetRequiredService<NameLearner>().Sampler)
            .AddProcessor(static services => services.GetRequiredService<NameLearner>());
    }
}
