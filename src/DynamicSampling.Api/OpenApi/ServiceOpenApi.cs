namespace DynamicSampling.Api.OpenApi;

/// <summary>The OpenAPI document.</summary>
internal static class ServiceOpenApi
{
    public static void AddServiceOpenApi(this IServiceCollection services) => services.AddOpenApi();
}
