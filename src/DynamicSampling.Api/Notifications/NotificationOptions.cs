using System.ComponentModel.DataAnnotations;

namespace DynamicSampling.Api.Notifications;

/// <summary>Where news goes.</summary>
internal sealed class NotificationOptions
{
    /// <summary>Where announcements are posted.</summary>
    /// <value>An http or https address. The default is none: they only go to the log.</value>
    public Uri? WebhookUrl { get; set; }

    /// <summary>The hosts to which announcements may go, separated by <c>;</c>. One that begins with <c>*.</c> stands for all below it.</summary>
    /// <value>The default is none: only the host of <see cref="WebhookUrl"/>.</value>
    public string? AllowedHosts { get; set; }

    /// <summary>Whether the receiver may be this machine, or in a private network.</summary>
    /// <value>The default is false.</value>
    public bool AllowPrivateNetworks { get; set; }

    /// <summary>How long the receiver may take for one try.</summary>
    /// <value>100 milliseconds to a minute. The default is 10 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long all tries may take together, with the time between them.</summary>
    /// <value>100 milliseconds to 5 minutes. The default is 30 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often an announcement is tried again at once, before it waits for the next run.</summary>
    /// <value>0 to 10. The default is 3.</value>
    [Range(0, 10)]
    public int Retries { get; set; } = 3;
}
