using System.Net.Http.Json;
using DynamicSampling.Tasks.Sampling;
using Microsoft.Extensions.Options;
using Polly.Timeout;

namespace DynamicSampling.Api.Notifications;

/// <summary>Posts announcements as JSON. A receiver that does not answer with a success gets them again in the next run.</summary>
internal sealed class WebhookNotifier(IHttpClientFactory clients, IOptions<NotificationOptions> options, ILogger<WebhookNotifier> logger) : ICustomRuleNotifier
{
    public const string ClientName = "webhook";

    public async Task SamplesCollectedAsync(CustomRule rule, CancellationToken cancellationToken)
    {
        Log.SamplesCollected(logger, rule.Id, rule.Organization, rule.Collected, rule.Samples);
        if (options.Value.WebhookUrl is not { } url)
            return;
        using var client = clients.CreateClient(ClientName);
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = JsonContent.Create(new SamplesCollected(
                "custom_rule.samples_collected", rule.Organization, rule.Project, rule.Id, rule.Description, rule.Samples, rule.Collected)),
        };
        // The answer may get lost, and the announcement come again: the key tells. A rule that was given more samples has news.
        request.Headers.Add("Idempotency-Key", $"{rule.Id}-{rule.Samples}");
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!response.IsSuccessStatusCode)
                throw new HttpRequestException($"The webhook answered {(int)response.StatusCode}; the announcement comes again in the next run.");
        }
        catch (TimeoutRejectedException exception)
        {
            var (limit, setting) = exception.Timeout == options.Value.Timeout
                ? (options.Value.Timeout, nameof(NotificationOptions.Timeout))
                : (options.Value.TotalTimeout, nameof(NotificationOptions.TotalTimeout));
            throw new HttpRequestException(
                $"The webhook took longer than {limit.TotalSeconds} s (Notifications:{setting}); the announcement comes again in the next run.", exception);
        }
        catch (HttpRequestException exception) when (exception.InnerException is ForbiddenReceiverException forbidden)
        {
            throw new HttpRequestException(forbidden.Message, exception);
        }
    }

    private sealed record SamplesCollected(
        string Type, string Organization, string? Project, Guid Rule, string? Description, long Samples, double Collected);
}
