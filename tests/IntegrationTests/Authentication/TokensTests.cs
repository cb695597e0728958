using System.Net;
using System.Security.Cryptography;
using DynamicSampling.IntegrationTests.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace DynamicSampling.IntegrationTests.Authentication;

/// <summary>Tokens of an issuer that publishes its keys as OpenID Connect has it.</summary>
public sealed class TokensTests : IAsyncLifetime
{
    private const string Audience = "dynamic-sampling";
    private readonly ECDsaSecurityKey _key = new(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = "1" };
    private WebApplication _issuer = null!;

    private string Authority => _issuer.Urls.Single();

    [Fact]
    public async Task Token_WithScopeAndOrganization_IsLetInToJustThat()
    {
        await using var host = Host();
        using var client = host.CreateClient(Token(new() { ["scope"] = "openid read operate", ["organizations"] = "acme", ["sub"] = "somebody" }));

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/api/organizations/acme/rates"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(client, "/api/organizations/other/rates"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(client, "/api/export"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(client, "/sampling?service=checkout"));
    }

    [Fact]
    public async Task Token_WithArrays_IsReadAsWell()
    {
        await using var host = Host();
        using var some = host.CreateClient(Token(new() { ["scope"] = new[] { "read", "sample" }, ["organizations"] = new[] { "acme", "other" } }));
        using var all = host.CreateClient(Token(new() { ["scope"] = new[] { "read" }, ["organizations"] = new[] { "*" } }));

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(some, "/api/organizations/other/rates"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(some, "/o/acme/sampling?service=checkout"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(all, "/api/export"));
    }

    [Theory]
    [InlineData("read", null)]
    [InlineData(null, "acme")]
    [InlineData("write", "acme")]
    public async Task Token_ThatNamesNoScopeOrNoOrganization_IsGoodForNothing(string? scope, string? organization)
    {
        await using var host = Host();
        using var client = host.CreateClient(Token(new() { ["scope"] = scope ?? "", ["organizations"] = organization ?? "" }));

        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(client, "/api/organizations/acme/rates"));
    }

    [Fact]
    public async Task Token_OfSomebodyElse_ForSomebodyElse_OrOutdated_IsRefused()
    {
        await using var host = Host();
        var claims = new Dictionary<string, object> { ["scope"] = "admin", ["organizations"] = "*" };
        using var signer = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        foreach (var token in new[]
        {
            Token(claims, audience: "another service"),
            Token(claims, issuer: "https://elsewhere.example"),
            Token(claims, expires: DateTime.UnixEpoch.AddYears(50)),
            Token(claims, key: new ECDsaSecurityKey(signer) { KeyId = "1" }),
            Token(claims)[..^4] + "AAAA",
            new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor { Claims = claims, Issuer = Authority, Audience = Audience }),
        })
        {
            using var client = host.CreateClient(token);
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, "/api/organizations"));
        }
    }

    [Fact]
    public async Task Keys_BesideTokens_Count()
    {
        await using var host = Host(builder => builder.UseSetting("Authentication:ApiKeys", TestKeys.Root));
        using var client = host.CreateClient(TestKeys.Root);
        using var nobody = host.CreateClient();

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/api/organizations"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(nobody, "/api/organizations"));
    }

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, "http://127.0.0.1:0");
        _issuer = builder.Build();
        _issuer.MapGet("/.well-known/openid-configuration", () => TypedResultsOf(new { issuer = Authority, jwks_uri = Authority + "/keys" }));
        _issuer.MapGet("/keys", () =>
        {
            var key = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(_key);
            return TypedResultsOf(new { keys = new[] { new { kty = key.Kty, crv = key.Crv, x = key.X, y = key.Y, kid = key.Kid } } });
        });
        await _issuer.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _issuer.DisposeAsync();
        _key.ECDsa.Dispose();
    }

    private static Microsoft.AspNetCore.Http.HttpResults.Ok<T> TypedResultsOf<T>(T value) => Microsoft.AspNetCore.Http.TypedResults.Ok(value);

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        return response.StatusCode;
    }

    // Tokens are compared with the clock of the service, which stands.
    private string Token(Dictionary<string, object> claims, string audience = Audience, string? issuer = null, DateTime? expires = null, SecurityKey? key = null) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Claims = claims,
            Issuer = issuer ?? Authority,
            Audience = audience,
            Expires = expires ?? new DateTime(2036, 11, 22, 10, 5, 0, DateTimeKind.Utc),
            SigningCredentials = new(key ?? _key, SecurityAlgorithms.EcdsaSha256),
        });

    private ApiHost Host(Action<IWebHostBuilder>? configure = null) => new(builder =>
    {
        builder.UseSetting("Authentication:Jwt:Authority", Authority);
        builder.UseSetting("Authentication:Jwt:Audience", Audience);
        configure?.Invoke(builder);
    });
}
