using System.Text.Encodings.Web;
using DynamicSampling.Api.Hosting;
using DynamicSampling.Api.Limits;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace DynamicSampling.Api.Authentication;

/// <summary>Keys of this service as bearer tokens (RFC 6750), or in the path. It also says what is wrong where another scheme was tried.</summary>
internal sealed class KeyHandler(Access access, FailedAttempts failures, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Key";

    private const string Bearer = "Bearer ";

    private bool _isOneTooMany;

    /// <summary>The scheme that can tell who sends a request.</summary>
    public static string SchemeOf(HttpContext http, bool takesTokens)
    {
        var header = http.Request.Headers.Authorization;
        if (!http.RequestServices.GetRequiredService<Access>().IsRequired)
            return SchemeName;
        if (header.Count == 0)
            return http.Features.Get<PathKey>() is null && http.Request.Cookies.ContainsKey(Sessions.CookieName) ? Sessions.SchemeName : SchemeName;
        // A token is three parts of base64 with dots in between, and a JSON object comes first.
        return takesTokens && header[0] is { } value && value.StartsWith(Bearer + "ey", StringComparison.OrdinalIgnoreCase) && value.Contains('.', StringComparison.Ordinal)
            ? JwtBearerDefaults.AuthenticationScheme
            : SchemeName;
    }

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Authenticate());

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (Sessions.IsPage(Request))
        {
            Response.Redirect(Sessions.SignInPath(Request));
            return Task.CompletedTask;
        }

        if (_isOneTooMany)
        {
            Response.Headers.RetryAfter = "1";
            return Refusals.WriteAsync(
                Context, StatusCodes.Status429TooManyRequests, "Too many wrong keys came from this address (Limits:WrongKeysPerMinute), so none is looked at; send it again later.");
        }

        var given = Request.Headers.Authorization.Count > 0 || Context.Features.Get<PathKey>() is not null || Request.Cookies.ContainsKey(Sessions.CookieName);
        Response.Headers.WWWAuthenticate = given ? "Bearer realm=\"DynamicSampling\", error=\"invalid_token\"" : "Bearer realm=\"DynamicSampling\"";
        return Refusals.WriteAsync(
            Context,
            StatusCodes.Status401Unauthorized,
            given
                ? "The key or token is not valid: it is unknown, has expired, or was revoked."
                : "This service asks for a key: send it as Authorization: Bearer KEY. The command keys create makes one.");
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Refusals.WriteAsync(Context, StatusCodes.Status403Forbidden, ScopeHandler.Explain(Context));

    private AuthenticateResult Authenticate()
    {
        // Where nobody is asked, a key changes nothing.
        if (!access.IsRequired)
            return AuthenticateResult.NoResult();
        var headers = Request.Headers.Authorization;
        var key = Context.Features.Get<PathKey>()?.Key;
        if (headers.Count > 0)
        {
            // Two that say different things are nobody's.
            if (headers.Count > 1 || headers[0] is not { } header || !header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
                return AuthenticateResult.Fail($"{HeaderNames.Authorization} is not a bearer token.");
            key = header[Bearer.Length..].Trim();
        }

        if (key is null)
            return AuthenticateResult.NoResult();
        _isOneTooMany = failures.AreTooMany(Context);
        if (_isOneTooMany)
            return AuthenticateResult.Fail("Too many wrong keys came from this address.");
        if (access.Keys.Find(key, TimeProvider.GetUtcNow()) is { } principal)
            return AuthenticateResult.Success(new(principal, SchemeName));
        failures.Failed(Context);
        return AuthenticateResult.Fail("The key is not valid.");
    }
}
