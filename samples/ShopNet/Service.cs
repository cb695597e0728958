using Microsoft.AspNetCore.Http.Features;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ShopNet;

/// <summary>What both services have in common: they are traced, and sampled.</summary>
internal static class Service
{
    public static async Task<int> RunAsync(string name, Action<IEndpointRouteBuilder> map, string[] args)
    {
        using var tracing = Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => resource.AddService(name))
            // With the package OpenTelemetry.Instrumentation.AspNetCore: AddAspNetCoreInstrumentation(), and no UseRouteNames() below.
            .AddSource("Microsoft.AspNetCore", "System.Net.Http")
            // The sampler: it follows the rates, and reports what there was.
            .AddDynamicSampling()
            // What is kept goes where traces are looked at; here that is DynamicSampling as well, which only counts them.
            .AddOtlpExporter(exporter => exporter.Protocol = OtlpExportProtocol.HttpProtobuf)
            .Build();

        var builder = WebApplication.CreateBuilder(args);
        // Of the other output only the first line is read, so the log must not fill it.
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddHttpClient();
        var app = builder.Build();
        UseRouteNames(app);
        map(app);
        await app.StartAsync();
        // The first line tells where it listens.
        Console.WriteLine(app.Urls.First());
        await app.WaitForShutdownAsync();
        return 0;
    }

    /// <summary>Names spans as OpenTelemetry does: by the method and the route, "GET /products/{id}".</summary>
    private static void UseRouteNames(WebApplication app) => app.Use(async (http, next) =>
    {
        try
        {
            await next(http);
        }
        finally
        {
            if (http.Features.Get<IHttpActivityFeature>()?.Activity is { } span && http.GetEndpoint() is RouteEndpoint endpoint)
                span.DisplayName = $"{http.Request.Method} {endpoint.RoutePattern.RawText}";
        }
    });
}
