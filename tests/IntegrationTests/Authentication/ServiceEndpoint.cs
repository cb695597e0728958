using DynamicSampling.Api.Authentication;
using DynamicSampling.Dashboard.Routing;
using DynamicSampling.IntegrationTests.Api;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Authentication;

/// <summary>An endpoint of the service for one method, found as routing finds it.</summary>
/// <param name="Method">The method.</param>
/// <param name="Pattern">The path with its parameters.</param>
/// <param name="Required">What it asks of its callers; null when nothing.</param>
/// <param name="IsOpen">Whether it is meant for everybody.</param>
/// <param name="TakesForm">Whether a form of the service's own pages is sent to it.</param>
internal sealed record ServiceEndpoint(string Method, string Pattern, RequiredScope? Required, bool IsOpen, bool TakesForm)
{
    private static readonly Dictionary<string, string> Parameters = new(StringComparer.Ordinal)
    {
        ["org"] = "acme",
        ["project"] = "checkout",
        ["service"] = "checkout",
        ["task"] = "no_such_task",
        ["file"] = "no-such-file.css",
        ["id"] = "01a204df-f73e-7a05-b34d-e3aacb60722e",
        ["id:guid"] = "01a204df-f73e-7a05-b34d-e3aacb60722e",
    };

    public string Name => $"{Method} {Pattern}";

    public bool NamesOrganization => Pattern.Contains("{org}", StringComparison.Ordinal);

    public static IReadOnlyList<ServiceEndpoint> ListOf(ApiHost host) =>
    [
        .. host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method => new ServiceEndpoint(
                method,
                "/" + endpoint.RoutePattern.RawText!.Trim('/'),
                endpoint.Metadata.GetMetadata<RequiredScope>(),
                endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null,
                endpoint.Metadata.GetMetadata<DashboardEndpoint>() is not null || endpoint.RoutePattern.RawText is "/sign-in" or "/sign-out")))
            .OrderBy(endpoint => endpoint.Pattern, StringComparer.Ordinal).ThenBy(endpoint => endpoint.Method, StringComparer.Ordinal),
    ];

    /// <summary>A path about organization acme.</summary>
    public string Path() => string.Join('/', Pattern.Split('/').Select(segment =>
        segment is ['{', .., '}'] ? Parameters[segment.Trim('{', '}')] : segment.Replace("{documentName}", "v1", StringComparison.Ordinal)));

    /// <summary>A request about organization acme, in the path or else in the query and the body.</summary>
    public HttpRequestMessage Request()
    {
        var request = new HttpRequestMessage(HttpMethod.Parse(Method), Path() + "?organization=acme&service=checkout");
        if (Method is "POST" or "PUT" or "PATCH")
        {
            request.Content = TakesForm ? Bodies.Of("a=b", "application/x-www-form-urlencoded") : Bodies.Of(Pattern switch
            {
                "/api/volumes" => """[{"organization":"acme","project":"checkout","transaction":"GET /","total":1}]""",
                "/api/reports" =>
                    """{"organization":"acme","service":"checkout","client":"c","sequence":1,"start":"2026-11-22T09:59:50Z","end":"2026-11-22T10:00:00Z","operations":[]}""",
                _ when Pattern.StartsWith("/api/tasks/", StringComparison.Ordinal) => """{"organization":"acme"}""",
                _ => "{}",
            });
        }

        return request;
    }
}
