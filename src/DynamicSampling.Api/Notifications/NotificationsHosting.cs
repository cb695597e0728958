using DynamicSampling.Tasks.Sampling;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Notifications;

/// <summary>Wires notifications up.</summary>
internal static class NotificationsHosting
{
    public static void AddNotifications(this IServiceCollection services)
    {
        services.AddOptions<NotificationOptions>().BindConfiguration("Notifications")
            .Validate(
                options => options.WebhookUrl is null or { IsAbsoluteUri: true, Scheme: "http" or "https" },
                "Notifications:WebhookUrl must be an absolute http or https address.")
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<NotificationOptions>, Hosting.NotificationOptionsValidator>();
        services.AddSingleton<ICustomRuleNotifier, WebhookNotifier>();
        services.AddHttpClient(WebhookNotifier.ClientName)
            .ConfigureHttpClient((provider, client) => client.Timeout = provider.GetRequiredService<IOptions<NotificationOptions>>().Value.Timeout)
            // Where it goes is for the configuration to say, not for the receiver.
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
    }
}
