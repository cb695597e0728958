using System.Net;
using System.Net.Http.Headers;
using AngleSharp.Html.Parser;
using DynamicSampling.Api.Authentication;
using DynamicSampling.IntegrationTests.Api;

namespace DynamicSampling.IntegrationTests.Authentication;

/// <summary>Every endpoint with every kind of key. It is made from the list of endpoints, so a new one is in it.</summary>
public class MatrixTests
{
    private const string Own = "acme";
    private const string Foreign = "other";

    // Endpoints that are asked for an organization other than in the path, and what somebody of another one gets.
    private static readonly Dictionary<string, HttpStatusCode> OfForeigners = new(StringComparer.Ordinal)
    {
        // Of his own, and of his alone.
        ["GET /api/organizations"] = HttpStatusCode.OK,
        ["GET /api/tasks"] = HttpStatusCode.OK,
        // Without one in the path, his own is meant.
        ["POST /v1/traces"] = HttpStatusCode.OK,
        ["POST /v1/metrics"] = HttpStatusCode.OK,
        ["GET /sampling"] = HttpStatusCode.OK,
        ["GET /api/sampling"] = HttpStatusCode.OK,
        ["GET /sampling/sampling"] = HttpStatusCode.OK,
        ["GET /api/sampling/sampling"] = HttpStatusCode.OK,
        ["POST /GetSamplingRules"] = HttpStatusCode.OK,
        ["POST /SamplingTargets"] = HttpStatusCode.OK,
        // As if there were none of that id.
        ["GET /api/runs/{id}"] = HttpStatusCode.NotFound,
        ["GET /api/runs/{id}/events"] = HttpStatusCode.NotFound,
        ["POST /api/runs/{id}/cancel"] = HttpStatusCode.NotFound,
        ["POST /api/tasks/{task}"] = HttpStatusCode.NotFound,
        // Pages show what may be seen.
        ["GET /"] = HttpStatusCode.OK,
        ["GET /tasks"] = HttpStatusCode.OK,
        ["GET /tasks/{task}"] = HttpStatusCode.NotFound,
        ["GET /runs/{id}"] = HttpStatusCode.NotFound,
        ["GET /runs/{id}/live"] = HttpStatusCode.NotFound,
        // The form has not the token of its page.
        ["POST /runs/{id}/cancel"] = HttpStatusCode.BadRequest,
        ["POST /tasks/{task}"] = HttpStatusCode.BadRequest,
    };

    [Fact]
    public async Task Endpoints_All_AskForTheApprovedScope()
    {
        await using var host = new ApiHost();
        var received = string.Join(
            '\n',
            ServiceEndpoint.ListOf(host).Select(endpoint => $"{endpoint.Name} {(endpoint.IsOpen ? "everybody" : endpoint.Required is { } required ? Describe(required, endpoint) : "NOBODY: call RequireScope")}")) + "\n";
        var path = Path.Combine(AppContext.BaseDirectory, "Authentication", "approved.scopes.txt");
        var approved = await File.ReadAllTextAsync(path);
        if (received == approved)
            return;
        var receivedPath = Path.ChangeExtension(path, ".received.txt");
        await File.WriteAllTextAsync(receivedPath, received);
        Assert.Fail(
            $"""
            What endpoints ask of their callers has changed:
            {string.Join('\n', received.Split('\n').Except(approved.Split('\n')))}
            If that is meant, approve it from the repository's root, and look at the diff:
              cp {receivedPath} tests/IntegrationTests/Authentication/approved.scopes.txt
            """);
    }

    [Fact]
    public async Task Requests_EveryEndpointWithEveryKey_AreLetInOrRefused()
    {
        await using var host = TestKeys.Host([Own, Foreign]);
        using var client = host.CreateClient();
        var wrong = new List<string>();
        var asked = 0;
        foreach (var endpoint in ServiceEndpoint.ListOf(host))
        {
            await AskAsync(endpoint, "no key", key: null, endpoint.IsOpen ? null : HttpStatusCode.Unauthorized);
            await AskAsync(endpoint, "a wrong key", "wrong-0123456789abcdef", endpoint.IsOpen ? null : HttpStatusCode.Unauthorized);
            foreach (var scope in TestKeys.Scopes)
            {
                var isRight = endpoint.IsOpen || endpoint.Required!.Scope == Scope.None || scope == "admin" || scope == ScopeNames.Of(endpoint.Required.Scope);
                var isAboutAll = !endpoint.IsOpen && endpoint.Required!.Reach == Reach.Path && !endpoint.NamesOrganization;
                await AskAsync(endpoint, $"{scope} of all", TestKeys.Of(scope), isRight ? null : HttpStatusCode.Forbidden);
                await AskAsync(endpoint, $"{scope} of the organization", TestKeys.Of(scope, Own), isRight && !isAboutAll ? null : HttpStatusCode.Forbidden);
                await AskAsync(endpoint, $"{scope} of another", TestKeys.Of(scope, Foreign), isRight ? OfForeigner(endpoint) : HttpStatusCode.Forbidden);
            }
        }

        Assert.Empty(wrong);
        Assert.True(asked > 17 * 50, $"{asked} requests");

        async Task AskAsync(ServiceEndpoint endpoint, string who, string? key, HttpStatusCode? expected)
        {
            using var request = endpoint.Request();
            if (key is not null)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            using var response = await client.SendAsync(request);
            asked++;
            var status = response.StatusCode;
            var isAsExpected = expected is { } only ? status == only : status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) && (int)status < 500;
            if (!isAsExpected)
                wrong.Add($"{endpoint.Name} with {who}: {(int)status} instead of {(expected is { } one ? (int)one : "anything else")}");
            if (status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden))
                return;
            var said = await SaidAsync(response);
            if (string.IsNullOrEmpty(said) || said.Contains(Own, StringComparison.Ordinal) || (key is not null && said.Contains(key, StringComparison.Ordinal)))
                wrong.Add($"{endpoint.Name} with {who} says: {said}");
            if (status == HttpStatusCode.Unauthorized && response.Headers.WwwAuthenticate.ToString() is not ['B', 'e', 'a', 'r', 'e', 'r', ..])
                wrong.Add($"{endpoint.Name} with {who} does not say how to authenticate");
        }
    }

    // Some pages of the dashboard say it where their form is.
    private static async Task<string?> SaidAsync(HttpResponseMessage response)
    {
        if (response.Content.Headers.ContentType?.MediaType == "text/html")
            return new HtmlParser().ParseDocument(await response.Content.ReadAsStringAsync()).QuerySelector("main .problem, main [role=alert]")?.TextContent;
        var body = await response.ReadJsonAsync();
        return body.TryGetProperty("detail", out var detail) ? detail.GetString() : body.GetProperty("message").GetString();
    }

    private static HttpStatusCode? OfForeigner(ServiceEndpoint endpoint) => endpoint switch
    {
        { IsOpen: true } or { Required.Reach: Reach.None } => null,
        { Required.Reach: Reach.Path } => HttpStatusCode.Forbidden,
        _ => OfForeigners.GetValueOrDefault(endpoint.Name, HttpStatusCode.Forbidden),
    };

    private static string Describe(RequiredScope required, ServiceEndpoint endpoint) =>
        $"{(required.Scope == Scope.None ? "any" : ScopeNames.Of(required.Scope))} "
        + required.Reach switch
        {
            Reach.None => "of any organization",
            Reach.Request => "of the organization in the request",
            _ => endpoint.NamesOrganization ? "of the organization in the path" : "of all organizations",
        };
}
