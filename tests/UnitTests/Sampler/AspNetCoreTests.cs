using System.Diagnostics;
using DynamicSampling.Sampler.Names;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace DynamicSampling.Tests.Sampler;

/// <summary>A real server, whose spans start before it has found the route.</summary>
public sealed class AspNetCoreTests
{
    [Fact]
    public async Task Requests_OfARealServer_AreCountedByTheirRoutes()
    {
        using var service = new FakeService { Rates = FakeService.Strategy(1, ("GET /never/{id}", 0)) };
        var clock = new ManualTimeProvider();
        var names = new List<string>();
        using (Sdk.CreateTracerProviderBuilder()
            .AddSource("Microsoft.AspNetCore")
            .AddDynamicSampling(options =>
            {
                options.ServiceName = "shop";
                options.PollInterval = TimeSpan.FromHours(1);
                options.TimeProvider = clock;
                options.HttpMessageHandlerFactory = () => service;
                options.OperationName = (in parameters) =>
                {
                    // What the sampler gets, and finds nothing in by this.
                    lock (names)
                        names.Add(parameters.Name);
                    return null;
                };
            })
            .Build())
        {
            await using var app = await StartAsync();
            using var client = new HttpClient { BaseAddress = new(app.Urls.Single()) };
            await clock.WaitForTimerAsync(TimeSpan.FromHours(1.11), after: TimeSpan.FromSeconds(5), count: 2);
            foreach (var path in (string[])["/cart/5", "/never/5", "/nothing"])
                await client.GetAsync(new Uri(path, UriKind.Relative));
            await ReportAsync(clock, service, reports: 1);
            foreach (var path in (string[])["/cart/6", "/cart/7", "/never/6", "/nothing"])
                await client.GetAsync(new Uri(path, UriKind.Relative));
            await ReportAsync(clock, service, reports: 2);
        }

        Assert.All(names, name => Assert.Equal(HttpRequestTags.AspNetCoreName, name));
        Assert.Equal([("GET /never/{id}", 1, 0), ("__other__", 2, 2)], service.Reports.First().Operations);
        Assert.Equal([("GET /cart/{id}", 2, 2), ("GET /never/{id}", 1, 0), ("__other__", 1, 1)], service.Reports.Last().Operations);
    }

    // The last of these spans has ended when its request has been answered, or a little later.
    private static async Task ReportAsync(ManualTimeProvider clock, FakeService service, int reports)
    {
        while (Activity.Current is not null)
            await Task.Yield();
        clock.Advance(clock.UntilTimer(after: TimeSpan.FromSeconds(5))!.Value);
        while (service.Reports.Count < reports)
            await Task.Yield();
        await clock.WaitForTimerAsync(TimeSpan.FromHours(1.11), after: TimeSpan.FromSeconds(5), count: 2);
    }

    private static async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.UseRouting();
        // What the instrumentation of ASP.NET Core does at a request's end.
        app.Use(async (context, next) =>
        {
            await next();
            var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
            if (context.Features.Get<IHttpActivityFeature>()?.Activity is { } activity)
                activity.DisplayName = route is null ? context.Request.Method : $"{context.Request.Method} {route}";
        });
        app.MapGet("/cart/{id}", (string id) => id);
        app.MapGet("/never/{id}", (string id) => id);
        await app.StartAsync();
        return app;
    }
}
