using System.Security.Claims;
using System.Text.Encodings.Web;
using DynamicSampling.Api.Endpoints;
using DynamicSampling.Api.Limits;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace DynamicSampling.Api.Authentication;

/// <summary>Signing in with a key, for people with browsers.</summary>
internal static class SignInEndpoints
{
    private const string ContentSecurityPolicy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private const int MaxFormBytes = 8192;

    private static readonly string Template = Read("SignIn/sign-in.html");
    private static readonly string Style = Read("SignIn/sign-in.css");

    public static void MapSignIn(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("").AllowAnonymous().ExcludeFromDescription();
        pages.MapGet(Sessions.Path, (HttpContext http, IAntiforgery antiforgery, string? returnUrl) => Page(http, antiforgery, returnUrl, problem: null));
        pages.MapGet("/sign-in.css", () => TypedResults.Text(Style, "text/css"));
        pages.MapPost(Sessions.Path, SignInAsync).WithFormOptions(bufferBodyLengthLimit: MaxFormBytes, valueCountLimit: 8, keyLengthLimit: 100, valueLengthLimit: MaxFormBytes);
        pages.MapPost("/sign-out", SignOutAsync);
    }

    private static async Task<IResult> SignInAsync(
        HttpContext http, [FromForm] string? key, [FromForm] string? returnUrl, Access access, FailedAttempts failures, TimeProvider clock, IAntiforgery antiforgery)
    {
        if (failures.AreTooMany(http))
            return Page(http, antiforgery, returnUrl, "Too many wrong keys came from your address. Try it again later.");
        var keys = access.Keys;
        if (keys.Find((key ?? "").Trim(), clock.GetUtcNow()) is not { } principal || keys.FindId(principal) is not { } id)
        {
            failures.Failed(http);
            return Page(http, antiforgery, returnUrl, "That key is not valid: it is unknown, has expired, or was revoked.");
        }

        if (((GrantIdentity)principal.Identity!).Grant is var grant && !grant.Has(Scope.Read))
            return Page(http, antiforgery, returnUrl, $"That key is for {ScopeNames.Of(grant.Scopes)} only. Looking around needs one with the scope read.");
        await http.SignInAsync(Sessions.SchemeName, Sessions.Of(id));
        return TypedResults.LocalRedirect(Local(http.Request, returnUrl));
    }

    // The form has a token of its own, but no parameter that would make the framework look at it.
    private static async Task<IResult> SignOutAsync(HttpContext http, IAntiforgery antiforgery)
    {
        if (!await antiforgery.IsRequestValidAsync(http))
            return Problems.BadRequest("The antiforgery token is missing or not right: use the button on the page.");
        await http.SignOutAsync(Sessions.SchemeName);
        return TypedResults.LocalRedirect(http.Request.PathBase + Sessions.Path);
    }

    private static ContentHttpResult Page(HttpContext http, IAntiforgery antiforgery, string? returnUrl, string? problem)
    {
        var encode = HtmlEncoder.Default;
        var token = antiforgery.GetAndStoreTokens(http);
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        var hidden = $"<input type=\"hidden\" name=\"{encode.Encode(token.FormFieldName)}\" value=\"{encode.Encode(token.RequestToken!)}\">";
        var overview = $"<p><a href=\"{encode.Encode(http.Request.PathBase)}/\">Go to the overview</a></p>";
        var body = !http.RequestServices.GetRequiredService<Access>().IsRequired ? $"<p>Nobody is asked for a key here.</p>{overview}"
            : Caller.GrantOf(http) is { } grant
            ? $"""
              <p>Signed in as <strong>{encode.Encode(grant.Name)}</strong>.</p>
              {overview}
              <form method="post" action="{encode.Encode(http.Request.PathBase)}/sign-out">{hidden}<button>Sign out</button></form>
              """
            : $"""
              <form method="post" action="{encode.Encode(http.Request.PathBase + Sessions.Path)}">
              {hidden}<input type="hidden" name="returnUrl" value="{encode.Encode(returnUrl ?? "")}">
              <label for="key">Key</label>
              <input id="key" name="key" type="password" autocomplete="current-password" required autofocus{(problem is null ? "" : " aria-invalid=\"true\" aria-describedby=\"problem\"")}>
              {(problem is null ? "" : $"<p id=\"problem\" role=\"alert\">{encode.Encode(problem)}</p>")}
              <button>Sign in</button>
              </form>
              <p class="hint">The command <code>keys create</code> makes one, with the scope <code>read</code> at least. Browsers stay signed in over HTTPS or on localhost only.</p>
              """;
        return TypedResults.Text(
            Template.Replace("{{base}}", encode.Encode(http.Request.PathBase), StringComparison.Ordinal).Replace("{{body}}", body, StringComparison.Ordinal),
            "text/html; charset=utf-8",
            statusCode: problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);
    }

    // Never to another site, however it is written.
    private static string Local(HttpRequest request, string? returnUrl) =>
        returnUrl is ['/', .. var rest] && !rest.StartsWith('/') && !rest.StartsWith('\\') && !returnUrl.AsSpan().ContainsAnyInRange('\0', '\x1f')
            ? returnUrl
            : request.PathBase + "/";

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(SignInEndpoints).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
