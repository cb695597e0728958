using System.Net.Http.Headers;
using DynamicSampling.IntegrationTests.Api;
using Microsoft.AspNetCore.Hosting;

namespace DynamicSampling.IntegrationTests.Authentication;

/// <summary>Keys for tests, as they are configured.</summary>
internal static class TestKeys
{
    /// <summary>One for everything.</summary>
    public const string Root = "root-key-0123456789abcdef";

    public static readonly IReadOnlyList<string> Scopes = ["ingest", "sample", "read", "operate", "admin"];

    /// <summary>A key for a scope, of some organization, or of all.</summary>
    public static string Of(string scope, string? organization = null) => $"{scope}-{organization ?? "all"}-0123456789abcdef";

    /// <summary>The service with <see cref="Root"/>, and a key for each scope: of all organizations, and of each of the given ones.</summary>
    public static ApiHost Host(string[] organizations, Action<IWebHostBuilder>? configure = null) => new(builder =>
    {
        builder.UseSetting("Authentication:ApiKeys:root:Key", Root);
        foreach (var scope in Scopes)
        {
            foreach (var organization in organizations.Prepend(null))
            {
                var key = Of(scope, organization);
                builder.UseSetting($"Authentication:ApiKeys:{key}:Key", key);
                builder.UseSetting($"Authentication:ApiKeys:{key}:Name", $"{scope} of {organization ?? "all"}");
                builder.UseSetting($"Authentication:ApiKeys:{key}:Scopes", scope);
                if (organization is not null)
                    builder.UseSetting($"Authentication:ApiKeys:{key}:Organizations", organization);
            }
        }

        configure?.Invoke(builder);
    });

    /// <summary>One more key, of an organization, with which somebody may look and change: <c>Of("both", organization)</c>.</summary>
    public static Action<IWebHostBuilder> Both(string organization) => builder =>
    {
        var key = Of("both", organization);
        builder.UseSetting($"Authentication:ApiKeys:{key}:Key", key);
        builder.UseSetting($"Authentication:ApiKeys:{key}:Name", key);
        builder.UseSetting($"Authentication:ApiKeys:{key}:Scopes", "read,operate");
        builder.UseSetting($"Authentication:ApiKeys:{key}:Organizations", organization);
    };

    public static HttpClient CreateClient(this ApiHost host, string key)
    {
        var client = host.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }
}
