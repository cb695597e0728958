using System.Net;
using System.Text.Json;

namespace DynamicSampling.IntegrationTests.Api;

internal static class HttpAssert
{
    /// <summary>The answer is problem details with this status, and their detail says all of these.</summary>
    public static async Task<JsonElement> IsProblemAsync(HttpResponseMessage response, HttpStatusCode status, params string[] said)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"Expected {(int)status}, but got {(int)response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        using var document = JsonDocument.Parse(text);
        var problem = document.RootElement.Clone();
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.True(problem.TryGetProperty("detail", out var detail), $"There is no detail: {text}");
        Assert.False(string.IsNullOrWhiteSpace(detail.GetString()));
        Assert.All(said, part => Assert.Contains(part, detail.GetString(), StringComparison.Ordinal));
        return problem;
    }

    public static async Task NothingWasCountedAsync(HttpClient client, string organization)
    {
        var organizations = await client.GetJsonAsync("/api/organizations");
        var volumes = await client.GetJsonAsync($"/api/organizations/{Uri.EscapeDataString(organization)}/volumes?window=2d");

        Assert.Empty(organizations.GetProperty("items").EnumerateArray());
        Assert.Empty(volumes.GetProperty("items").EnumerateArray());
    }
}
