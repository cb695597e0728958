using DynamicSampling.Api.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace DynamicSampling.IntegrationTests.Authentication;

public class KeysInPathsTests
{
    [Theory]
    [InlineData("/k/KEY/sampling", "/k/KEY/sampling?service=a", "", "/sampling", "/sampling?service=a")]
    [InlineData("/k/KEY/o/a%2Fb/sampling", "/k/KEY/o/a%2Fb/sampling", "", "/o/a%2Fb/sampling", "/o/a%2Fb/sampling")]
    [InlineData("/k/KEY/sampling", "http://k/k/KEY/sampling", "", "/sampling", "http://k/sampling")]
    [InlineData("/k/KEY/o/a/k/x", "/%6B/KEY/o/a/k/x", "", "/o/a/k/x", "/o/a/k/x")]
    [InlineData("/k/KEY/sampling", "//k//KEY//sampling?a=/k/b", "", "/sampling", "//sampling?a=/k/b")]
    [InlineData("/k/KEY/sampling", "/base/k/KEY/sampling", "/base", "/sampling", "/base/sampling")]
    [InlineData("/k/KEY", "/k/KEY", "", "/", "/")]
    [InlineData("/k/KEY", "/k/KEY?a=b", "", "/", "/?a=b")]
    [InlineData("/K/KEY/sampling", "/K/KEY/sampling", "", "/sampling", "/sampling")]
    public async Task Invoke_PathWithAKey_GoesOnWithoutIt(string path, string target, string pathBase, string then, string thenTarget)
    {
        var http = Context(path, target, pathBase);
        await new KeysInPaths(_ => Task.CompletedTask).InvokeAsync(http);

        Assert.Equal("KEY", http.Features.Get<PathKey>()?.Key);
        Assert.Equal((then, thenTarget), (http.Request.Path.Value, http.Features.Get<IHttpRequestFeature>()!.RawTarget));
    }

    [Theory]
    [InlineData("/sampling")]
    [InlineData("/k")]
    [InlineData("/k/")]
    [InlineData("/o/k/KEY/sampling")]
    [InlineData("/keys/KEY")]
    public async Task Invoke_PathWithoutAKey_GoesOnAsItIs(string path)
    {
        var http = Context(path, path, "");
        await new KeysInPaths(_ => Task.CompletedTask).InvokeAsync(http);

        Assert.Null(http.Features.Get<PathKey>());
        Assert.Equal((path, path), (http.Request.Path.Value, http.Features.Get<IHttpRequestFeature>()!.RawTarget));
    }

    private static DefaultHttpContext Context(string path, string target, string pathBase)
    {
        var http = new DefaultHttpContext { Request = { Path = path, PathBase = pathBase } };
        http.Features.Get<IHttpRequestFeature>()!.RawTarget = target;
        return http;
    }
}
