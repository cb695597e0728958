using System.Net;
using DynamicSampling.Tasks.Sampling;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Timeout;

namespace DynamicSampling.Api.Notifications;

/// <summary>Wires notifications up.</summary>
internal static class NotificationsHosting
{
    private const int MaxResponseHeadersKibibytes = 16;
    private const int MaxResponseDrainBytes = 64 * 1024;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(500);

    public static void AddNotifications(this IServiceCollection services)
    {
        services.AddOptions<NotificationOptions>().BindConfiguration("Notifications")
            .Validate(
                options => options.WebhookUrl is null or { IsAbsoluteUri: true, Scheme: "http" or "https" },
                "Notifications:WebhookUrl must be an absolute http or https address.")
            .Validate(
                options => options.WebhookUrl is not { IsAbsoluteUri: true } url || WebhookHosts.Allow(options, url.IdnHost),
                "The host of Notifications:WebhookUrl must be one of Notifications:AllowedHosts.")
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<NotificationOptions>, Hosting.NotificationOptionsValidator>();
        services.AddSingleton<ICustomRuleNotifier, WebhookNotifier>();
        services.AddSingleton<WebhookNames>();
        services.AddSingleton<WebhookConnector>();
        services.AddHttpClient(WebhookNotifier.ClientName, client => client.Timeout = Timeout.InfiniteTimeSpan)
            // The address may have a secret in it, which would be in the log.
            .RemoveAllLoggers()
            .ConfigurePrimaryHttpMessageHandler(provider => CreateHandler(provider.GetRequiredService<WebhookConnector>()))
            .AddResilienceHandler(WebhookNotifier.ClientName, AddResilience);
    }

    // Where it goes is for the configuration to say, not for the receiver; nor for the environment: a proxy would connect to where nobody here
    // looks.
    private static SocketsHttpHandler CreateHandler(WebhookConnector connector) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectCallback = connector.ConnectAsync,
        MaxResponseHeadersLength = MaxResponseHeadersKibibytes,
        MaxResponseDrainSize = MaxResponseDrainBytes,
    };

    private static void AddResilience(ResiliencePipelineBuilder<HttpResponseMessage> pipeline, ResilienceHandlerContext context)
    {
        var options = context.ServiceProvider.GetRequiredService<IOptions<NotificationOptions>>().Value;
        pipeline.TimeProvider = context.ServiceProvider.GetRequiredService<TimeProvider>();
        pipeline.AddTimeout(options.TotalTimeout);
        if (options.Retries > 0)
        {
            pipeline.AddRetry(new HttpRetryStrategyOptions
            {
                MaxRetryAttempts = options.Retries,
                Delay = FirstDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldRetryAfterHeader = true,
                ShouldHandle = arguments => ValueTask.FromResult(IsTransient(arguments.Outcome)),
            });
        }

        pipeline.AddTimeout(options.Timeout);
    }

    private static bool IsTransient(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Exception: HttpRequestException { InnerException: ForbiddenReceiverException } } => false,
        { Exception: HttpRequestException or TimeoutRejectedException } => true,
        { Result.StatusCode: HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError } => true,
        _ => false,
    };
}
