using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace DynamicSampling.IntegrationTests.Api;

/// <summary>Stored settings that are damaged: their organization keeps its rates and is named; nobody else is affected.</summary>
public class UnreadableSettingsTests
{
    [Theory]
    [InlineData("{not json")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"targetSampleRate\":2}")]
    [InlineData("{\"mode\":7}")]
    [InlineData("{\"tiers\":[null]}")]
    [InlineData("{\"pins\":[{\"project\":null}]}")]
    public async Task Pass_OrganizationIsUnreadable_KeepsItsRatesAndIsNamed(string settings)
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("broken", ("a", 10));
        using var other = await host.WithVolumesAsync("fine", ("a", 10));
        using var put = await client.PutAsJsonAsync("/api/organizations/broken", new { targetSampleRate = 0.5 });
        using var first = await client.RunTaskAsync("rebalance_orgs");
        host.Sql($"UPDATE organizations SET settings = '{settings}' WHERE name = 'broken'");
        using var change = await client.PutAsJsonAsync("/api/organizations/fine", new { targetSampleRate = 0.7 });
        using var response = await client.RunTaskAsync("rebalance_orgs");
        var result = (await response.ReadJsonAsync()).GetProperty("result");
        using var ready = await client.GetAsync("/health/ready");
        var health = await ready.ReadJsonAsync();
        var rates = await client.GetJsonAsync("/api/organizations/broken/rates");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal((1, 1), (result.GetProperty("published").GetInt32(), result.GetProperty("failed").GetInt32()));
        Assert.Equal("broken", result.GetProperty("failures")[0].GetProperty("organization").GetString());
        Assert.Contains("cannot be read", result.GetProperty("failures")[0].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal((1, 0.5), (rates.GetProperty("version").GetInt64(), rates.GetProperty("projects")[0].GetProperty("rate").GetDouble()));
        Assert.Equal(2, (await client.GetJsonAsync("/api/organizations/fine/rates")).GetProperty("version").GetInt64());
        Assert.Equal((HttpStatusCode.OK, "Degraded"), (ready.StatusCode, health.GetProperty("status").GetString()));
        var part = Assert.Single(health.GetProperty("parts").EnumerateArray(), part => part.GetProperty("status").GetString() == "Degraded");
        Assert.Equal("settings", part.GetProperty("name").GetString());
        Assert.Contains("organization 'broken'", part.GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("fine", part.GetProperty("description").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pass_ProjectIsUnreadable_KeepsItsRatesAndTheOthersGoOn()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("a", 10), ("b", 1000));
        using var first = await client.RunTaskAsync("rebalance_orgs");
        host.Sql("UPDATE projects SET settings = '{\"intensity\":7}' WHERE name = 'a'");
        using var put = await client.PutAsJsonAsync("/api/organizations/acme", new { targetSampleRate = 0.5 });
        using var response = await client.RunTaskAsync("rebalance_orgs");
        var result = (await response.ReadJsonAsync()).GetProperty("result");
        var health = await client.GetJsonAsync("/health/ready");

        Assert.Equal((1, 0, 1), (result.GetProperty("published").GetInt32(), result.GetProperty("failed").GetInt32(), result.GetProperty("failedProjects").GetInt32()));
        Assert.Equal("a", result.GetProperty("failures")[0].GetProperty("project").GetString());
        Assert.Contains("project 'a' of organization 'acme'", health.ToString(), StringComparison.Ordinal);
        Assert.Equal("Degraded", health.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("/api/organizations/acme?data=true")]
    [InlineData("/api/organizations/acme/projects/a?data=true")]
    [InlineData("/api/organizations/acme/projects/a")]
    public async Task Delete_UnreadableProject_IsHealthyAgain(string path)
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("a", 10));
        host.Sql("UPDATE projects SET settings = 'nonsense'");
        var settings = await client.GetJsonAsync("/api/organizations/acme/projects/a");
        var sick = await client.GetJsonAsync("/health/ready");
        using var deleted = await client.DeleteAsync(path);

        Assert.Contains("cannot be read", settings.GetProperty("settingsError").GetString(), StringComparison.Ordinal);
        Assert.Equal("Degraded", sick.GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal("Healthy", (await client.GetJsonAsync("/health/ready")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Import_OfItsOwnExport_LeavesUnreadableSettingsWhereTheyAre()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("a", 10));
        host.Sql("UPDATE organizations SET settings = 'nonsense'; UPDATE projects SET settings = 'nonsense'");
        var exported = await client.GetStringAsync("/api/export");
        using var import = await client.PutAsync("/api/import", Bodies.Of(exported));

        Assert.Equal(0, (await import.ReadJsonAsync()).GetProperty("changes").GetArrayLength());
        Assert.NotEqual(JsonValueKind.Null, (await client.GetJsonAsync("/api/organizations/acme")).GetProperty("settingsError").ValueKind);
        Assert.NotEqual(JsonValueKind.Null, (await client.GetJsonAsync("/api/organizations/acme/projects/a")).GetProperty("settingsError").ValueKind);
    }

    [Fact]
    public async Task Export_UnreadableSettings_LeavesThemOutAndAnImportMendsThem()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("a", 10));
        host.Sql("UPDATE organizations SET settings = 'nonsense'");
        var list = await client.GetJsonAsync("/api/organizations");
        var exported = await client.GetStringAsync("/api/export");
        using var import = await client.PutAsync("/api/import", Bodies.Of("""{"version":1,"organizations":[{"organization":"acme","settings":{"targetSampleRate":0.5}}]}"""));

        Assert.False(list.GetProperty("items")[0].GetProperty("stored").GetBoolean());
        Assert.Equal("""{"version":1,"organizations":[]}""", exported);
        Assert.Equal("changed", (await import.ReadJsonAsync()).GetProperty("changes")[0].GetProperty("change").GetString());
        Assert.Equal("Healthy", (await client.GetJsonAsync("/health/ready")).GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.Null, (await client.GetJsonAsync("/api/organizations/acme")).GetProperty("settingsError").ValueKind);
    }
}
