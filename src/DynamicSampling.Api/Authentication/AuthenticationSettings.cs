using System.ComponentModel.DataAnnotations;

namespace DynamicSampling.Api.Authentication;

/// <summary>Who may use the service. <see cref="ConfiguredKeys"/> reads the keys.</summary>
internal sealed class AuthenticationSettings
{
    public const string Section = "Authentication";

    /// <summary>Whether nobody is asked for a key, whatever else is set.</summary>
    /// <value>The default is false.</value>
    public bool AllowAnonymous { get; set; }

    /// <summary>How long somebody who has signed in with a browser may stay away.</summary>
    /// <value>5 minutes to 30 days. The default is 8 hours.</value>
    [Range(typeof(TimeSpan), "00:05:00", "30.00:00:00")]
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromHours(8);

    /// <summary>How often each process looks for keys that have been made or revoked.</summary>
    /// <value>100 milliseconds to a minute. The default is a second.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromSeconds(1);
}
