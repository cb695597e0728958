using DynamicSampling.Api.Hosting;
using DynamicSampling.Api.Storage;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Authentication;

/// <summary>Wires up who may do what: ASP.NET Core's authentication and authorization, with the schemes and the one policy of this service.</summary>
internal static class AuthenticationHosting
{
    private const string Application = "DynamicSampling";

    public static void AddAccess(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<AuthenticationSettings>().BindConfiguration(AuthenticationSettings.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AuthenticationSettings>, AuthenticationSettingsValidator>();
        services.AddOptions<JwtSettings>().BindConfiguration(JwtSettings.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<JwtSettings>, JwtSettingsValidator>();
        services.AddSingleton<SqlKeyStore>();
        services.AddSingleton<Access>();
        services.AddHostedService(provider => provider.GetRequiredService<Access>());

        var takesTokens = builder.Configuration.GetSection(JwtSettings.Section)[nameof(JwtSettings.Authority)] is { Length: > 0 };
        var authentication = services.AddAuthentication(KeyHandler.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, KeyHandler>(KeyHandler.SchemeName, options =>
            {
                options.ForwardDefaultSelector = http => KeyHandler.SchemeOf(http, takesTokens);
                // Whatever was tried, it says what is wrong.
                options.ForwardChallenge = KeyHandler.SchemeName;
                options.ForwardForbid = KeyHandler.SchemeName;
            })
            .AddCookie(Sessions.SchemeName);
        services.AddOptions<CookieAuthenticationOptions>(Sessions.SchemeName).Configure<IOptions<AuthenticationSettings>>(ConfigureCookie);
        if (takesTokens)
        {
            authentication.AddJwtBearer();
            services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme).Configure<IOptions<JwtSettings>>(ConfigureTokens);
        }

        services.AddDataProtection().SetApplicationName(Application);
        services.AddSingleton<SqlDataProtectionKeys>();
        services.AddOptions<KeyManagementOptions>().Configure<SqlDataProtectionKeys>((options, keys) => options.XmlRepository = keys);
        services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "dynamic-sampling-antiforgery";
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        services.AddSingleton<IAuthorizationHandler, ScopeHandler>();
        // For every endpoint that does not say AllowAnonymous, and for paths that there are not.
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().AddRequirements(new ScopeRequirement()).Build());
    }

    public static void UseAccess(this WebApplication app)
    {
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseMiddleware<CrossSite>();
    }

    private static void ConfigureCookie(CookieAuthenticationOptions options, IOptions<AuthenticationSettings> settings)
    {
        options.Cookie.Name = Sessions.CookieName;
        options.Cookie.HttpOnly = true;
        options.Cookie.SecurePolicy = CookieSecurePolicy.Always;
        options.Cookie.SameSite = SameSiteMode.Strict;
        options.Cookie.Path = "/";
        options.ExpireTimeSpan = settings.Value.SessionLifetime;
        options.SlidingExpiration = true;
        options.Events.OnValidatePrincipal = Sessions.ValidateAsync;
    }

    private static void ConfigureTokens(JwtBearerOptions options, IOptions<JwtSettings> settings)
    {
        var jwt = settings.Value;
        options.Authority = jwt.Authority!.AbsoluteUri;
        options.Audience = jwt.Audience;
        options.RequireHttpsMetadata = !jwt.Authority.IsLoopback;
        options.MapInboundClaims = false;
        options.Events = new JwtBearerEvents
        {
            OnTokenValidated = context =>
            {
                context.Principal = new(new GrantIdentity(TokenGrants.Read(context.Principal!, jwt), context.Scheme.Name));
                return Task.CompletedTask;
            },
        };
    }
}

/// <summary>Checks <see cref="JwtSettings"/>.</summary>
internal sealed class JwtSettingsValidator : IValidateOptions<JwtSettings>
{
    public ValidateOptionsResult Validate(string? name, JwtSettings options) =>
        options.Check() is { } problem ? ValidateOptionsResult.Fail(problem) : ValidateOptionsResult.Success;
}
