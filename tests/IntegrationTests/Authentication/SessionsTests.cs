using System.Net;
using DynamicSampling.Api.Storage;
using DynamicSampling.IntegrationTests.Api;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Authentication;

public sealed class SessionsTests : IAsyncDisposable
{
    private const string Cookie = "__Host-dynamic-sampling";

    private readonly ApiHost _host = TestKeys.Host([]);

    [Fact]
    public async Task Page_WithoutAKey_SendsToSignIn()
    {
        using var client = _host.CreateClient();
        using var page = await GetAsync(client, "/overview?x=1", "text/html");
        using var api = await GetAsync(client, "/api/organizations", "text/html");

        Assert.Equal((HttpStatusCode.Redirect, "/sign-in?returnUrl=%2Foverview%3Fx%3D1"), (page.StatusCode, page.Headers.Location?.OriginalString));
        Assert.Equal(HttpStatusCode.Unauthorized, api.StatusCode);
    }

    [Fact]
    public async Task SignIn_WithAKey_SetsACookieWithAllFlagsThatCounts()
    {
        using var browser = new Browser(_host);
        using var response = await browser.SignInAsync(TestKeys.Of("read"), returnUrl: "/api/organizations?limit=5");

        Assert.Equal((HttpStatusCode.Redirect, "/api/organizations?limit=5"), (response.StatusCode, response.Headers.Location?.OriginalString));
        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"), value => value.StartsWith(Cookie, StringComparison.Ordinal));
        Assert.All(["; path=/", "; secure", "; samesite=strict", "; httponly"], flag => Assert.Contains(flag, cookie, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("domain=", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(TestKeys.Of("read"), cookie, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await browser.StatusAsync("/api/organizations"));
    }

    [Fact]
    public async Task Session_CountsForAsMuchAsItsKey()
    {
        using var browser = new Browser(_host);
        (await browser.SignInAsync(TestKeys.Of("read"))).Dispose();
        using var post = await browser.PostAsync("/api/tasks/rebalance_orgs");

        Assert.Equal(HttpStatusCode.Forbidden, post.StatusCode);
    }

    [Fact]
    public async Task Session_WhoseKeyIsRevoked_EndsAtOnce()
    {
        using var browser = new Browser(_host);
        (await browser.SignInAsync(TestKeys.Of("read"))).Dispose();
        var store = _host.Services.GetRequiredService<SqlKeyStore>();
        var key = (await store.ListAsync(CancellationToken.None)).Single(key => key.Grant.Name == "read of all");
        await store.RevokeAsync(key.Id, _host.Clock.GetUtcNow(), CancellationToken.None);
        var access = _host.Services.GetRequiredService<DynamicSampling.Api.Authentication.Access>();
        while (access.Keys.FindById(key.Id, _host.Clock.GetUtcNow()) is not null)
        {
            _host.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(HttpStatusCode.Unauthorized, await browser.StatusAsync("/api/organizations"));
    }

    [Fact]
    public async Task Session_LeftAloneForTooLong_Ends()
    {
        using var browser = new Browser(_host);
        (await browser.SignInAsync(TestKeys.Of("read"))).Dispose();
        _host.Clock.Advance(TimeSpan.FromHours(7));
        var within = await browser.StatusAsync("/api/organizations");
        _host.Clock.Advance(TimeSpan.FromHours(9));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), (within, await browser.StatusAsync("/api/organizations")));
    }

    [Fact]
    public async Task SignOut_WithTheTokenOfThePage_EndsTheSession()
    {
        using var browser = new Browser(_host);
        (await browser.SignInAsync(TestKeys.Of("read"))).Dispose();
        using var forged = await browser.PostAsync("/sign-out");
        var still = await browser.StatusAsync("/api/organizations");
        using var response = await browser.SubmitAsync("/sign-out", []);

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.OK), (forged.StatusCode, still));
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await browser.StatusAsync("/api/organizations"));
    }

    [Theory]
    [InlineData("wrong-0123456789abcdef", "That key is not valid")]
    [InlineData("", "That key is not valid")]
    [InlineData("ingest-all-0123456789abcdef", "That key is for ingest only")]
    public async Task SignIn_WithAKeyThatWillNotDo_SaysWhy(string key, string said)
    {
        using var browser = new Browser(_host);
        using var response = await browser.SignInAsync(key);
        var page = await response.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(said, page, StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789abcdef", page, StringComparison.Ordinal);
        Assert.DoesNotContain(response.Headers.TryGetValues("Set-Cookie", out var set) ? set : [], value => value.StartsWith(Cookie, StringComparison.Ordinal));
    }

    [Fact]
    public async Task SignIn_WithoutTheTokenOfThePage_IsRefused()
    {
        using var client = _host.CreateClient();
        using var form = new FormUrlEncodedContent([new("key", TestKeys.Root)]);
        using var response = await client.PostAsync("/sign-in", form);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("/\t/evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("\"><script>alert(1)</script>")]
    public async Task SignIn_ReturningToAnotherSite_StaysHere(string returnUrl)
    {
        using var browser = new Browser(_host);
        using var response = await browser.SignInAsync(TestKeys.Of("read"), returnUrl);

        Assert.Equal((HttpStatusCode.Redirect, "/"), (response.StatusCode, response.Headers.Location?.OriginalString));
    }

    [Fact]
    public async Task SignInPage_HasNoScriptAndMayHaveNone()
    {
        using var client = _host.CreateClient();
        using var response = await client.GetAsync("/sign-in?returnUrl=" + Uri.EscapeDataString("\"><script>alert(1)</script>"));
        var page = await response.Content.ReadAsStringAsync();
        using var style = await client.GetAsync("/sign-in.css");

        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("style=", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("text/css", style.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Session_OfAnotherProcessWithTheSameDatabase_Counts()
    {
        var folder = Directory.CreateTempSubdirectory("dynamic-sampling-tests-");
        try
        {
            await using var first = new ApiHost(builder => builder.UseSetting("Authentication:ApiKeys", TestKeys.Root), folder.FullName);
            using var browser = new Browser(first);
            (await browser.SignInAsync(TestKeys.Root)).Dispose();
            await using var second = new ApiHost(builder => builder.UseSetting("Authentication:ApiKeys", TestKeys.Root), folder.FullName);
            using var elsewhere = browser.At(second);

            Assert.Equal(HttpStatusCode.OK, await elsewhere.StatusAsync("/api/organizations"));
            await second.DisposeAsync();
            await first.Database.DropAsync();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private static async Task<HttpResponseMessage> GetAsync(HttpClient client, string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd(accept);
        return await client.SendAsync(request);
    }

    /// <summary>Keeps cookies as browsers do on localhost, where they take Secure ones without TLS.</summary>
    private sealed class Browser(ApiHost host) : IDisposable
    {
        private readonly HttpClient _client = host.CreateDefaultClient(new Uri("http://localhost"));
        private readonly Dictionary<string, string> _cookies = new(StringComparer.Ordinal);

        /// <summary>The same browser, when the name leads to another process.</summary>
        public Browser At(ApiHost other)
        {
            var browser = new Browser(other);
            foreach (var (name, value) in _cookies)
                browser._cookies.Add(name, value);
            return browser;
        }

        public Task<HttpResponseMessage> SignInAsync(string key, string? returnUrl = null) =>
            SubmitAsync("/sign-in", returnUrl is null ? [new("key", key)] : [new("key", key), new("returnUrl", returnUrl)]);

        /// <summary>Fills in the form of the page.</summary>
        public async Task<HttpResponseMessage> SubmitAsync(string path, IEnumerable<KeyValuePair<string, string>> fields)
        {
            using var page = await SendAsync(HttpMethod.Get, "/sign-in", content: null);
            var html = await page.Content.ReadAsStringAsync();
            const string field = "name=\"__RequestVerificationToken\" value=\"";
            var start = html.IndexOf(field, StringComparison.Ordinal) + field.Length;
            var token = html[start..html.IndexOf('"', start)];
            return await SendAsync(HttpMethod.Post, path, new FormUrlEncodedContent(fields.Append(new("__RequestVerificationToken", token))));
        }

        public Task<HttpResponseMessage> PostAsync(string path) => SendAsync(HttpMethod.Post, path, content: null);

        public async Task<HttpStatusCode> StatusAsync(string path)
        {
            using var response = await SendAsync(HttpMethod.Get, path, content: null);
            return response.StatusCode;
        }

        public void Dispose() => _client.Dispose();

        private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content)
        {
            using var request = new HttpRequestMessage(method, path) { Content = content };
            if (_cookies.Count > 0)
                request.Headers.Add("Cookie", string.Join("; ", _cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
            var response = await _client.SendAsync(request);
            foreach (var cookie in response.Headers.TryGetValues("Set-Cookie", out var set) ? set : [])
            {
                var pair = cookie.Split(';')[0].Split('=', 2);
                if (pair[1].Length == 0)
                    _cookies.Remove(pair[0]);
                else
                    _cookies[pair[0]] = pair[1];
            }

            return response;
        }
    }
}
