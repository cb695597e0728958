using System.ComponentModel.DataAnnotations;

namespace DynamicSampling.Api.Notifications;

/// <summary>Where news goes.</summary>
internal sealed class NotificationOptions
{
    /// <summary>Where announcements are posted.</summary>
    /// <value>An http or https address. The default is none: they only go to the log.</value>
    public Uri? WebhookUrl { get; set; }

    /// <summary>How long the receiver may take.</summary>
    /// <value>100 milliseconds to a minute. The default is 10 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);
}
