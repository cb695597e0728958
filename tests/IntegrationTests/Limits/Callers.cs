using System.Net;
using DynamicSampling.Api.Authentication;
using DynamicSampling.IntegrationTests.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Limits;

/// <summary>Requests of callers who are told apart: what a server or authentication would know of them is in headers here.</summary>
internal static class Callers
{
    private const string Address = "X-Test-Address";
    private const string Key = "X-Test-Key";

    public static ApiHost Host(params (string Key, string Value)[] settings) => new(web =>
    {
        foreach (var (key, value) in settings)
            web.UseSetting(key, value);
        web.UseCallers();
    });

    public static void UseCallers(this IWebHostBuilder builder) =>
        builder.ConfigureTestServices(services => services.AddSingleton<IStartupFilter>(new Filter()));

    /// <summary>A client from an address, or with a key.</summary>
    public static HttpClient Client(this ApiHost host, string? address = null, string? key = null)
    {
        var client = host.CreateClient();
        if (address is not null)
            client.DefaultRequestHeaders.Add(Address, address);
        if (key is not null)
            client.DefaultRequestHeaders.Add(Key, key);
        return client;
    }

    private sealed class Filter : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((http, following) =>
            {
                if (http.Request.Headers[Address] is [{ } address])
                    http.Connection.RemoteIpAddress = IPAddress.Parse(address);
                if (http.Request.Headers[Key] is [{ } key])
                    http.User = new(new GrantIdentity(new(key, Scope.Admin, Organizations: null), "test"));
                return following(http);
            });
            next(app);
        };
    }
}
