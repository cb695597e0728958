namespace DynamicSampling.Api.Authentication;

/// <summary>Tokens of an OpenID Connect issuer, beside keys.</summary>
internal sealed class JwtSettings
{
    public const string Section = "Authentication:Jwt";

    /// <summary>The issuer's address, under which it has <c>.well-known/openid-configuration</c>.</summary>
    /// <value>An https address, or an http one on this machine. The default is none: tokens are not taken.</value>
    public Uri? Authority { get; set; }

    /// <summary>For whom tokens must be made.</summary>
    /// <value>Required with <see cref="Authority"/>.</value>
    public string? Audience { get; set; }

    /// <summary>The claim that has the scopes, separated by spaces or as an array.</summary>
    /// <value>The default is <c>scope</c>.</value>
    public string ScopeClaim { get; set; } = "scope";

    /// <summary>The claim that has the names of organizations, one or an array; <c>*</c> stands for all.</summary>
    /// <value>The default is <c>organizations</c>.</value>
    public string OrganizationsClaim { get; set; } = "organizations";

    public bool IsEnabled => Authority is not null;

    /// <summary>What is wrong with them; null when nothing is.</summary>
    public string? Check() => this switch
    {
        { Authority: null } => Audience is null ? null : "Authentication:Jwt:Audience is set without Authentication:Jwt:Authority.",
        { Authority: not ({ IsAbsoluteUri: true, Scheme: "https" } or { IsAbsoluteUri: true, Scheme: "http", IsLoopback: true }) } =>
            "Authentication:Jwt:Authority must be an https address (http only on this machine).",
        { Audience: null or "" } => "Authentication:Jwt:Audience is missing: without it, tokens that were made for other services would count here.",
        { ScopeClaim: "" } or { OrganizationsClaim: "" } => "Authentication:Jwt:ScopeClaim and Authentication:Jwt:OrganizationsClaim must not be empty.",
        _ => null,
    };
}
