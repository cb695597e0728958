using DynamicSampling.Api.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Limits;

/// <summary>Wires limits up.</summary>
internal static class LimitsHosting
{
    public static void AddLimits(this IServiceCollection services)
    {
        services.AddOptions<LimitsOptions>().BindConfiguration(LimitsOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<LimitsOptions>, LimitsOptionsValidator>();
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, ServerLimits>();
        services.AddSingleton<LimitsMetrics>();
        services.AddSingleton<RefusedRequests>();
        services.AddSingleton<RequestLimiter>();
        services.AddSingleton<FailedAttempts>();
    }
}
