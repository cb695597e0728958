namespace DynamicSampling.Api.Notifications;

/// <summary>The hosts to which announcements may go.</summary>
internal static class WebhookHosts
{
    /// <summary>Whether a host is one of those that <see cref="NotificationOptions.AllowedHosts"/> names, or the one of the webhook where it names none.</summary>
    public static bool Allow(NotificationOptions options, string host)
    {
        var allowed = options.AllowedHosts?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        return allowed.Length == 0
            ? string.Equals(options.WebhookUrl?.IdnHost, host, StringComparison.OrdinalIgnoreCase)
            : Array.Exists(allowed, pattern => pattern.StartsWith("*.", StringComparison.Ordinal)
                ? host.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase)
                : string.Equals(pattern, host, StringComparison.OrdinalIgnoreCase));
    }
}
