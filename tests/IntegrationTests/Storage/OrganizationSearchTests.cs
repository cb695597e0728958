using System.Net.Http.Json;
using DynamicSampling.Api.Storage;
using DynamicSampling.IntegrationTests.Api;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Storage;

public class OrganizationSearchTests
{
    private static readonly string[] Stored = ["50%", "500", "Acme", "a_b", "axb", @"back\slash"];

    [Fact]
    public async Task Search_Text_IsTakenAsItIs()
    {
        await using var host = new ApiHost();
        await FillAsync(host);

        Assert.Equal(Stored, await SearchAsync(host, ""));
        Assert.Equal(["Acme"], await SearchAsync(host, "aCM"));
        Assert.Equal(["50%"], await SearchAsync(host, "0%"));
        Assert.Equal(["a_b"], await SearchAsync(host, "A_B"));
        Assert.Equal([@"back\slash"], await SearchAsync(host, @"k\s"));
        Assert.Empty(await SearchAsync(host, "' OR 1=1 --"));
    }

    [Fact]
    public async Task Search_Pages_FollowEachOther()
    {
        await using var host = new ApiHost();
        await FillAsync(host);

        Assert.Equal(["50%", "500"], await SearchAsync(host, "", limit: 2));
        Assert.Equal(["Acme", "a_b"], await SearchAsync(host, "", after: "500", limit: 2));
        Assert.Equal(["axb"], await SearchAsync(host, "a", after: "a_b", limit: 1));
    }

    [Fact]
    public async Task Search_SomeNames_FindsNoOthers()
    {
        await using var host = new ApiHost();
        await FillAsync(host);

        Assert.Equal(["Acme", "axb"], await SearchAsync(host, "", names: ["axb", "Acme", "nobody"]));
        Assert.Empty(await SearchAsync(host, "", names: []));
    }

    private static async Task FillAsync(ApiHost host)
    {
        using var client = host.CreateClient();
        using var response = await client.PostAsJsonAsync("/api/volumes", Stored.Select(organization => new { organization, project = "p", transaction = "t", total = 1 }));
        response.EnsureSuccessStatusCode();
    }

    private static Task<IReadOnlyList<string>> SearchAsync(ApiHost host, string text, string? after = null, int limit = 10, string[]? names = null) =>
        host.Services.GetRequiredService<SqlOrganizationStore>().SearchAsync(names, text, after, limit, CancellationToken.None);
}
