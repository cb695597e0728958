using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Ingest;
using DynamicSampling.IntegrationTests.SamplingTasks;
using Microsoft.AspNetCore.Hosting;

namespace DynamicSampling.IntegrationTests.Limits;

/// <summary>Ever new names of organizations, projects and transactions come to an end, and those that are known go on.</summary>
public class NameLimitsTests
{
    private const string Rule = """{"condition":{"op":"eq","name":"event.transaction","value":["GET /"]},"samples":1,"end":"2026-11-23T10:00:00Z"}""";

    [Fact]
    public async Task PostVolumes_TooManyOrganizations_Is400AndCountsNothing()
    {
        await using var host = Host(organizations: 2);
        using var client = host.CreateClient();
        await client.PostAsync(new Volume("p", "t", 1, Organization: "a"), new Volume("p", "t", 1, Organization: "b"));
        using var refused = await client.PostAsJsonAsync("/api/volumes", new[] { Item("a", "p"), Item("c", "p") });
        await client.PostAsync(new Volume("q", "t", 1, Organization: "a"));

        await HttpAssert.IsProblemAsync(refused, HttpStatusCode.BadRequest, "'c'", "2 organizations", "Limits:MaxOrganizations", "Nothing was changed");
        Assert.Equal(["a p 1", "a q 1", "b p 1"], Stored(host));
    }

    [Fact]
    public async Task PostVolumes_TooManyProjects_Is400AndCountsNothing()
    {
        await using var host = Host(projects: 2);
        using var client = host.CreateClient();
        await client.PostAsync(new Volume("p", "t", 1), new Volume("q", "t", 1));
        using var refused = await client.PostAsJsonAsync("/api/volumes", new[] { Item("acme", "p"), Item("acme", "r") });
        await client.PostAsync(new Volume("p", "t", 1), new Volume("r", "t", 1, Organization: "other"));

        await HttpAssert.IsProblemAsync(refused, HttpStatusCode.BadRequest, "'r'", "organization 'acme'", "2 projects", "Limits:MaxProjectsPerOrganization");
        Assert.Equal(["acme p 2", "acme q 1", "other r 1"], Stored(host));
    }

    [Theory]
    [InlineData("PUT", "/api/organizations/c", "{}")]
    [InlineData("PUT", "/api/organizations/c/projects/p", "{}")]
    [InlineData("POST", "/api/organizations/c/custom-rules", Rule)]
    [InlineData("PUT", "/api/import", """{"version":1,"organizations":[{"organization":"a","settings":{}},{"organization":"b","settings":{}},{"organization":"c","settings":{}}]}""")]
    public async Task Configure_NewOrganizationWithoutRoom_Is400UntilThereIsSome(string method, string path, string body)
    {
        await using var host = Host(organizations: 2);
        using var client = host.CreateClient();
        await client.PutAsync("/api/organizations/a", new { });
        await client.PutAsync("/api/organizations/b", new { });
        using var refused = await SendAsync(client, method, path, body);
        await client.PutAsync("/api/organizations/a", new { targetSampleRate = 0.5 });
        using var deleted = await client.DeleteAsync("/api/organizations/b");
        using var taken = await SendAsync(client, method, path, body.Replace("""{"organization":"b","settings":{}},""", "", StringComparison.Ordinal));

        await HttpAssert.IsProblemAsync(refused, HttpStatusCode.BadRequest, "'c'", "Limits:MaxOrganizations");
        Assert.True(taken.IsSuccessStatusCode);
        Assert.Equal(2, host.Count("organizations"));
    }

    [Theory]
    [InlineData("PUT", "/api/organizations/acme/projects/r", "{}")]
    [InlineData("PUT", "/api/import", """{"version":1,"organizations":[{"organization":"acme","projects":[{"project":"r","settings":{}}]}]}""")]
    public async Task Configure_NewProjectWithoutRoom_Is400(string method, string path, string body)
    {
        await using var host = Host(projects: 2);
        using var client = host.CreateClient();
        await client.PostAsync(new Volume("p", "t", 1), new Volume("q", "t", 1));
        using var refused = await SendAsync(client, method, path, body);
        await client.PutAsync("/api/organizations/acme/projects/p", new { targetSampleRate = 0.5 });

        await HttpAssert.IsProblemAsync(refused, HttpStatusCode.BadRequest, "'r'", "Limits:MaxProjectsPerOrganization");
        Assert.Equal(2, host.Count("projects"));
    }

    [Fact]
    public async Task PostTraces_NewOrganizationWithoutRoom_IsRefusedForGoodAndTheOthersGoOn()
    {
        await using var host = Host(organizations: 1);
        using var client = host.CreateClient();
        await client.PostAsync(new Volume("p", "t", 1, Organization: "a"));
        using var refused = await client.PostAsJsonAsync("/o/b/v1/traces", Traces.Roots("p", "t", 1, host.Clock.GetUtcNow()));
        // There is nothing in it to count.
        await client.SendTracesAsync(new { }, "/o/b/v1/traces");
        await client.SendTracesAsync(Traces.Roots("q", "t", 1, host.Clock.GetUtcNow()), "/o/a/v1/traces");
        await host.FlushAsync();

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        var status = await refused.ReadJsonAsync();
        Assert.Equal(3, status.GetProperty("code").GetInt32());
        Assert.Contains("Limits:MaxOrganizations", status.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(["a p 1", "a q 1"], Stored(host));
    }

    // Services that come and go are few at a time, and many in the end.
    [Fact]
    public async Task PostTraces_NewServicesWithoutRoom_AreCountedTogether()
    {
        await using var host = Host(projects: 2);
        using var client = host.CreateClient();
        await client.PostAsync(new Volume("p", "t", 1, Organization: "default"));
        foreach (var service in new[] { "p", "q" })
            await client.SendTracesAsync(Traces.Roots(service, "t", 1, host.Clock.GetUtcNow()));
        await host.FlushAsync();
        host.Clock.Advance(TimeSpan.FromMinutes(62));
        await client.WaitForAsync("/api/organizations/default/clients", json => json.GetProperty("items").GetArrayLength() == 0);
        foreach (var service in new[] { "r", "s" })
            await client.SendTracesAsync(Traces.Roots(service, "t", 2, host.Clock.GetUtcNow()));
        await host.FlushAsync();

        Assert.Equal(["default __other__ 4", "default p 1", "default q 1"], Stored(host));
    }

    [Fact]
    public async Task PostVolumes_TooManyNewTransactionsInAMinute_AreCountedTogether()
    {
        await using var host = new ApiHost(web => web.UseSetting("Ingest:MaxTransactionsPerProject", "3"));
        using var client = host.CreateClient();
        await client.PostAsync(new Volume("p", "a", 1), new Volume("p", "b", 1));
        await client.PostAsync(new Volume("p", "b", 1), new Volume("p", "c", 1), new Volume("p", "d", 1), new Volume("p", "e", 1), new Volume("q", "a", 1));
        await client.PostAsync(new Volume("p", "a", 1), new Volume("p", "f", 1), new Volume("p", "c", 1));
        var first = await TransactionsAsync(client);
        host.Clock.Advance(60);
        await client.PostAsync(new Volume("p", "g", 1), new Volume("p", "a", 1), new Volume("p", "h", 1), new Volume("p", "i", 1));

        Assert.Equal(["p __other__ 3", "p a 2", "p b 2", "p c 2", "q a 1"], first);
        Assert.Equal(["p __other__ 4", "p a 3", "p b 2", "p c 2", "p g 1", "p h 1", "q a 1"], await TransactionsAsync(client));
    }

    [Fact]
    public async Task PostTraces_CountsOfOneOrganizationPileUp_OnlyItIsRefused()
    {
        await using var host = new ApiHost(web => web.UseSetting("Ingest:MaxPendingCounts", "1000"));
        using var client = host.CreateClient();
        object[] spans = [.. Enumerable.Range(0, 500).Select(i => Traces.Root($"op-{i}", host.Clock.GetUtcNow()))];
        await client.SendTracesAsync(Traces.Request("checkout", spans), "/o/acme/v1/traces");
        var one = Traces.Roots("checkout", "one more", 1, host.Clock.GetUtcNow());
        using var refused = await client.PostAsJsonAsync("/o/acme/v1/traces", one);
        await client.SendTracesAsync(one, "/o/other/v1/traces");
        await host.FlushAsync();
        await client.SendTracesAsync(Traces.Roots("checkout", "one more", 1, host.Clock.GetUtcNow()), "/o/acme/v1/traces");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("organization 'acme'", (await refused.ReadJsonAsync()).GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PostTraces_OneOrganizationHasTooManyServices_TheOthersHaveRoom()
    {
        await using var host = new ApiHost(web => web.UseSetting("Ingest:MaxServices", "4"));
        using var client = host.CreateClient();
        for (var i = 0; i < 4; i++)
            await client.SendTracesAsync(Traces.Roots($"service-{i}", "t", 1, host.Clock.GetUtcNow()), "/o/acme/v1/traces");
        await client.SendTracesAsync(Traces.Roots("checkout", "t", 1, host.Clock.GetUtcNow()), "/o/other/v1/traces");
        await host.FlushAsync();

        Assert.Equal(["acme __other__ 2", "acme service-0 1", "acme service-1 1", "other checkout 1"], Stored(host));
    }

    [Fact]
    public async Task PostTraces_OneOrganizationSendsManyLargeBodies_TheOthersHaveRoom()
    {
        await using var host = new ApiHost(web => web.UseSetting("Ingest:MaxBufferedBytes", "1048576"));
        using var client = host.CreateClient();
        var release = new TaskCompletionSource();
        // Room for 256 KiB is taken for each as soon as its length is known, and half a MiB is the share.
        byte[] body = [.. "{\"x\":\""u8, .. Enumerable.Repeat((byte)'a', 200_000), .. "\"}"u8];
        var flood = Enumerable.Range(0, 3).Select(_ => client.PostAsync("/o/acme/v1/traces", new HeldContent(body, release.Task))).ToList();
        using var refused = await await Task.WhenAny(flood);
        using var other = await client.PostAsync("/o/other/v1/traces", new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } });
        release.SetResult();
        var answers = await Task.WhenAll(flood);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("organization 'acme'", (await refused.ReadJsonAsync()).GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.Equal(2, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
    }

    private static ApiHost Host(int organizations = 100, int projects = 100) => new(web => web
        .UseSetting("Limits:MaxOrganizations", $"{organizations}")
        .UseSetting("Limits:MaxProjectsPerOrganization", $"{projects}"));

    private static object Item(string organization, string project) => new { organization, project, transaction = "t", total = 1 };

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string method, string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), path) { Content = Bodies.Of(body) };
        return await client.SendAsync(request);
    }

    private static IEnumerable<string> Stored(ApiHost host)
    {
        using var connection = host.Database.Open();
        using var command = connection.CreateCommand();
        command.CommandText =
            """
            SELECT o.name || ' ' || p.name || ' ' || CAST(CAST(SUM(v.total) AS BIGINT) AS TEXT)
            FROM volumes v JOIN projects p ON p.id = v.project_id JOIN organizations o ON o.id = p.organization_id
            GROUP BY o.name, p.name
            """;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
            rows.Add(reader.GetString(0));
        return rows.Order(StringComparer.Ordinal);
    }

    private static async Task<IEnumerable<string>> TransactionsAsync(HttpClient client)
    {
        var volumes = await client.GetJsonAsync("/api/organizations/acme/volumes?by=transaction");
        return volumes.GetProperty("items").EnumerateArray()
            .Select(item => $"{Text(item, "project")} {Text(item, "transaction")} {item.GetProperty("total").GetDouble()}")
            .Order(StringComparer.Ordinal);
    }

    private static string? Text(JsonElement item, string member) => item.GetProperty(member).GetString();
}
