using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Hosting;
using DynamicSampling.Api.Storage;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Limits;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Authentication;

public class KeysTests
{
    private const string AcmeBody = """[{"organization":"acme","project":"p","transaction":"t","total":2}]""";

    [Fact]
    public async Task Requests_WithoutAnyKey_AreLetIn()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.GetAsync("/api/organizations");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Requests_WithAKeyWhereNobodyIsAsked_AreLetIn()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient("whatever-0123456789abcdef");
        using var header = await client.GetAsync("/api/organizations");
        using var path = await client.GetAsync("/k/whatever/sampling?service=checkout");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (header.StatusCode, path.StatusCode));
    }

    [Theory]
    [InlineData("Basic cm9vdDpyb290")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer root-key-0123456789abcdeg")]
    [InlineData("Bearer root-key-0123456789abcde")]
    [InlineData("Bearer ROOT-KEY-0123456789ABCDEF")]
    [InlineData("Bearer eyJhbGciOiJub25lIn0.eyJzY29wZSI6ImFkbWluIn0.")]
    [InlineData("root-key-0123456789abcdef")]
    public async Task Authorization_ThatIsNoKey_IsRefused(string value)
    {
        await using var host = TestKeys.Host([]);
        using var client = host.CreateClient();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", value);
        using var response = await client.GetAsync("/api/organizations");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Contains("invalid_token", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(TestKeys.Root, await response.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Authorization_KeyOfHugeLength_IsRefused()
    {
        await using var host = TestKeys.Host([]);
        using var client = host.CreateClient(new string('k', 20_000));
        using var response = await client.GetAsync("/api/organizations");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Key_MadeAndRevokedWhileTheServiceRuns_CountsWithinASecond()
    {
        await using var host = TestKeys.Host([]);
        using var root = host.CreateClient(TestKeys.Root);
        var store = host.Services.GetRequiredService<SqlKeyStore>();
        var id = ApiKey.NewId();
        var secret = ApiKey.NewSecret(id);
        using var client = host.CreateClient(secret);
        using var before = await client.GetAsync("/api/organizations");
        await store.AddAsync(new(id, ApiKey.HashOf(secret), new("new", Scope.Read, Organizations: null), KeySource.Command, host.Clock.GetUtcNow()), CancellationToken.None);
        await WaitForKeysAsync(host, keys => keys.FindById(id, host.Clock.GetUtcNow()) is not null);
        using var made = await client.GetAsync("/api/organizations");
        Assert.True(await store.RevokeAsync(id, host.Clock.GetUtcNow(), CancellationToken.None));
        await WaitForKeysAsync(host, keys => keys.FindById(id, host.Clock.GetUtcNow()) is null);
        using var revoked = await client.GetAsync("/api/organizations");
        using var other = await root.GetAsync("/api/organizations");

        Assert.Equal(
            (HttpStatusCode.Unauthorized, HttpStatusCode.OK, HttpStatusCode.Unauthorized, HttpStatusCode.OK),
            (before.StatusCode, made.StatusCode, revoked.StatusCode, other.StatusCode));
        Assert.False(await store.RevokeAsync(id, host.Clock.GetUtcNow(), CancellationToken.None));
    }

    [Fact]
    public async Task FirstKey_MadeWhileTheServiceRuns_ClosesTheDoor()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var before = await client.GetAsync("/api/organizations");
        var id = ApiKey.NewId();
        var store = host.Services.GetRequiredService<SqlKeyStore>();
        await store.AddAsync(new(id, ApiKey.HashOf(ApiKey.NewSecret(id)), new("new", Scope.Read, Organizations: null), KeySource.Command, host.Clock.GetUtcNow()), CancellationToken.None);
        await WaitForKeysAsync(host, keys => keys.Count == 1);
        using var after = await client.GetAsync("/api/organizations");
        await store.RevokeAsync(id, host.Clock.GetUtcNow(), CancellationToken.None);
        await WaitForKeysAsync(host, keys => keys.Count == 0);
        using var without = await client.GetAsync("/api/organizations");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (before.StatusCode, after.StatusCode, without.StatusCode));
    }

    [Fact]
    public async Task LastKey_IsGoneFromTheSettings_TheDoorStaysClosed()
    {
        var folder = Directory.CreateTempSubdirectory("dynamic-sampling-tests-");
        try
        {
            await using (var first = new ApiHost(builder => builder.UseSetting("Authentication:ApiKeys", TestKeys.Root), folder.FullName))
            {
                using var client = first.CreateClient(TestKeys.Root);
                using var response = await client.GetAsync("/api/organizations");
                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            }

            await using var second = new ApiHost(directory: folder.FullName);
            using var same = second.CreateClient(TestKeys.Root);
            using var refused = await same.GetAsync("/api/organizations");
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            await second.Database.DropAsync();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task ConfiguredKeys_ReloadedWithOthers_CountAtOnce()
    {
        const string next = "next-key-0123456789abcdef";
        var settings = new ReloadableSettings { ["Authentication:ApiKeys:0"] = TestKeys.Root };
        await using var host = new ApiHost(builder => builder.ConfigureAppConfiguration((_, configuration) => configuration.Add(settings)));
        using var old = host.CreateClient(TestKeys.Root);
        using var client = host.CreateClient(next);
        using var before = await client.GetAsync("/api/organizations");
        settings.Reload("Authentication:ApiKeys:0", next);
        await WaitForKeysAsync(host, keys => keys.Find(next, host.Clock.GetUtcNow()) is not null);
        using var after = await client.GetAsync("/api/organizations");
        using var gone = await old.GetAsync("/api/organizations");

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK, HttpStatusCode.Unauthorized), (before.StatusCode, after.StatusCode, gone.StatusCode));
    }

    [Fact]
    public async Task Key_WithAnEnd_CountsUntilThen()
    {
        await using var host = new ApiHost(builder =>
        {
            builder.UseSetting("Authentication:ApiKeys:0:Key", TestKeys.Root);
            builder.UseSetting("Authentication:ApiKeys:0:Expires", "2026-11-22T10:00:01Z");
        });
        using var client = host.CreateClient(TestKeys.Root);
        using var before = await client.GetAsync("/api/organizations");
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        using var after = await client.GetAsync("/api/organizations");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Unauthorized), (before.StatusCode, after.StatusCode));
    }

    [Fact]
    public async Task Key_ConfiguredByItsHash_Counts()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Authentication:ApiKeys:0:Sha256", ApiKey.HashOf(TestKeys.Root).ToUpperInvariant()));
        using var client = host.CreateClient(TestKeys.Root);
        using var response = await client.GetAsync("/api/organizations");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Database_WithKeys_HasHashesOnly()
    {
        await using var host = TestKeys.Host(["acme"]);
        using var client = host.CreateClient(TestKeys.Root);
        using var response = await client.GetAsync("/api/organizations");

        Assert.Equal(11L, host.Count("api_keys"));
        Assert.Equal(0L, host.Count($"api_keys WHERE id || name || hash || scopes LIKE '%{TestKeys.Root}%' OR hash LIKE '%0123456789abcdef%'"));
    }

    [Theory]
    [InlineData("Authentication:ApiKeys:0", "short", "Authentication:ApiKeys:0 must have 16 to 200 characters, but has 5")]
    [InlineData("Authentication:ApiKeys:0", "with spaces in between", "Authentication:ApiKeys:0 must have visible ASCII characters only")]
    [InlineData("Authentication:ApiKeys:a:Name", "a", "Authentication:ApiKeys:a:Key is empty")]
    [InlineData("Authentication:ApiKeys:a:Scope", "read", "Authentication:ApiKeys:a:Scope is no member of a key")]
    [InlineData("Authentication:ApiKeys:a:Scopes", "read write", "Authentication:ApiKeys:a:Scopes must be of ingest, sample, read, operate, admin, but has 'write'")]
    [InlineData("Authentication:ApiKeys:a:Expires", "soon", "Authentication:ApiKeys:a:Expires must be a date")]
    [InlineData("Authentication:ApiKeys:a:Sha256", "abc", "Authentication:ApiKeys:a:Sha256 must be the SHA-256 of a key")]
    [InlineData("Authentication:ApiKeys:a:Organizations:0", "a\nb", "Authentication:ApiKeys:a:Organizations has a name that")]
    public void ConfiguredKeys_ThatAreNotRight_AreSaidWithoutTheKey(string name, string value, string said)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(name, value)]).Build();
        var exception = Assert.Throws<StartupException>(() => ConfiguredKeys.Read(configuration, DateTimeOffset.UnixEpoch));

        Assert.StartsWith(said, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("spaces", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ConfiguredKeys_InEveryForm_AreRead()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Authentication:ApiKeys:0", "plain-key-0123456789"),
            new("Authentication:ApiKeys:shop:Key", "shop-key-0123456789"),
            new("Authentication:ApiKeys:shop:Scopes", "ingest, sample"),
            new("Authentication:ApiKeys:shop:Organizations", "the shop"),
            new("Authentication:ApiKeys:shop:Expires", "2027-06-30"),
            new("Authentication:ApiKeys:two:Key", "two-key-0123456789"),
            new("Authentication:ApiKeys:two:Name", "both"),
            new("Authentication:ApiKeys:two:Scopes:0", "read"),
            new("Authentication:ApiKeys:two:Organizations:0", "a"),
            new("Authentication:ApiKeys:two:Organizations:1", "b"),
        ]).Build();
        var keys = ConfiguredKeys.Read(configuration, DateTimeOffset.UnixEpoch).ToDictionary(key => key.Grant.Name);

        Assert.Equal(new Grant("configuration-0", Scope.Admin, Organizations: null), keys["configuration-0"].Grant);
        Assert.Equal(new Grant("configuration-shop", Scope.Ingest | Scope.Sample, Set("the shop")), keys["configuration-shop"].Grant);
        Assert.Equal(new DateTimeOffset(2027, 6, 30, 0, 0, 0, TimeSpan.Zero), keys["configuration-shop"].ExpiresAt);
        Assert.Equal(new Grant("both", Scope.Read, Set("a", "b")), keys["both"].Grant);
    }

    [Fact]
    public async Task Volumes_WithOneOfAnotherOrganization_AreRefusedAsAWhole()
    {
        await using var host = TestKeys.Host(["acme"]);
        using var client = host.CreateClient(TestKeys.Of("ingest", "acme"));
        using var mixed = await client.PostAsync("/api/volumes", Bodies.Of("""[{"project":"p","transaction":"t","total":1},{"organization":"other","project":"p","transaction":"t","total":1}]"""));
        using var own = await client.PostAsync("/api/volumes", Bodies.Of(AcmeBody));
        using var unnamed = await client.PostAsync("/api/volumes", Bodies.Of("""[{"project":"p","transaction":"t","total":1}]"""));
        using var root = host.CreateClient(TestKeys.Root);
        var organizations = await root.GetJsonAsync("/api/organizations");

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.OK, HttpStatusCode.OK), (mixed.StatusCode, own.StatusCode, unnamed.StatusCode));
        var only = Assert.Single(organizations.GetProperty("items").EnumerateArray());
        Assert.Equal(("acme", 3.0), (only.GetProperty("organization").GetString(), only.GetProperty("total").GetDouble()));
    }

    [Fact]
    public async Task IdempotencyKeys_OfTwoCallers_AreNotTheSame()
    {
        await using var host = TestKeys.Host(["acme", "other"]);
        using var own = host.CreateClient(TestKeys.Of("ingest", "acme"));
        using var foreign = host.CreateClient(TestKeys.Of("ingest", "other"));
        foreach (var client in (HttpClient[])[foreign, own, own])
        {
            client.DefaultRequestHeaders.Remove("Idempotency-Key");
            client.DefaultRequestHeaders.Add("Idempotency-Key", "minute-1");
            using var response = await client.PostAsync("/api/volumes", Bodies.Of("""[{"project":"p","transaction":"t","total":2}]"""));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        using var root = host.CreateClient(TestKeys.Root);
        var items = (await root.GetJsonAsync("/api/organizations")).GetProperty("items").EnumerateArray();
        Assert.Equal([("acme", 2.0), ("other", 2.0)], items.Select(item => (item.GetProperty("organization").GetString()!, item.GetProperty("total").GetDouble())));
    }

    [Fact]
    public async Task Lists_OfAKeyForOneOrganization_HaveNothingOfOthers()
    {
        await using var host = TestKeys.Host(["acme", "other"]);
        using var root = host.CreateClient(TestKeys.Root);
        using var volumes = await root.PostAsync("/api/volumes", Bodies.Of("""[{"organization":"acme","project":"p","transaction":"t","total":2},{"organization":"other","project":"q","transaction":"t","total":2}]"""));
        using var run = await root.RunTaskAsync("rebalance_orgs", new { organization = "acme" });
        var id = (await run.ReadJsonAsync()).GetProperty("id").GetString();
        using var own = host.CreateClient(TestKeys.Of("read", "acme"));
        using var foreign = host.CreateClient(TestKeys.Of("read", "other"));

        Assert.Equal(["other"], await NamesAsync(foreign, "/api/organizations", "organization"));
        Assert.Equal([id], await NamesAsync(own, "/api/runs", "id"));
        Assert.Empty(await NamesAsync(foreign, "/api/runs", "id"));
        Assert.DoesNotContain("acme", (await foreign.GetJsonAsync("/api/tasks")).GetRawText(), StringComparison.Ordinal);
        Assert.Contains("acme", (await own.GetJsonAsync("/api/tasks")).GetRawText(), StringComparison.Ordinal);
        using var hidden = await foreign.GetAsync($"/api/runs/{id}");
        using var missing = await foreign.GetAsync("/api/runs/01a204df-f73e-7a05-b34d-e3aacb60722e");
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (hidden.StatusCode, missing.StatusCode));
    }

    [Fact]
    public async Task Refusals_OfAnOrganizationThatIsThereAndOfOneThatIsNot_AreTheSame()
    {
        await using var host = TestKeys.Host(["acme"]);
        using var root = host.CreateClient(TestKeys.Root);
        using var volumes = await root.PostAsync("/api/volumes", Bodies.Of("""[{"organization":"secret","project":"p","transaction":"t","total":2}]"""));
        using var client = host.CreateClient(TestKeys.Of("read", "acme"));
        using var there = await client.GetAsync("/api/organizations/secret/rates");
        using var missing = await client.GetAsync("/api/organizations/nothing/rates");

        Assert.Equal(await WithoutTraceAsync(missing), await WithoutTraceAsync(there));
        Assert.Equal(HttpStatusCode.Forbidden, there.StatusCode);
    }

    [Theory]
    [InlineData("other")]
    [InlineData("acme%2F")]
    [InlineData("ac%6De%20")]
    [InlineData("ACME")]
    [InlineData("acme%2F..%2Fother")]
    public async Task Organizations_WrittenInOtherWays_AreOthers(string organization)
    {
        await using var host = TestKeys.Host(["acme"]);
        using var client = host.CreateClient(TestKeys.Of("read", "acme"));
        using var response = await client.GetAsync($"/api/organizations/{organization}/rates");

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task DeletingData_WithoutTheScopeAdmin_IsRefused()
    {
        await using var host = TestKeys.Host(["acme"]);
        using var operate = host.CreateClient(TestKeys.Of("operate", "acme"));
        using var admin = host.CreateClient(TestKeys.Of("admin", "acme"));
        using var settings = await operate.DeleteAsync("/api/organizations/acme");
        using var data = await operate.DeleteAsync("/api/organizations/acme?data=true");
        using var project = await operate.DeleteAsync("/api/organizations/acme/projects/p?data=true");
        using var allowed = await admin.DeleteAsync("/api/organizations/acme?data=true");

        Assert.Equal(
            (HttpStatusCode.NoContent, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden, HttpStatusCode.NoContent),
            (settings.StatusCode, data.StatusCode, project.StatusCode, allowed.StatusCode));
    }

    [Fact]
    public async Task RunOverAll_WithAKeyForOneOrganization_IsRefused()
    {
        await using var host = TestKeys.Host(["acme"]);
        using var client = host.CreateClient(TestKeys.Of("operate", "acme"));
        using var all = await client.RunTaskAsync("rebalance_orgs");
        using var none = await client.PostAsync("/api/tasks/rebalance_orgs", content: null);
        using var own = await client.RunTaskAsync("rebalance_orgs", new { organization = "acme" });

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden, HttpStatusCode.OK), (all.StatusCode, none.StatusCode, own.StatusCode));
    }

    [Fact]
    public async Task KeyInThePath_OfSamplersAndExporters_Counts()
    {
        await using var host = TestKeys.Host(["a/b"]);
        using var client = host.CreateClient();
        var sample = TestKeys.Of("sample", "a/b").Replace("/", "%2F", StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, $"/k/{TestKeys.Of("sample")}/sampling?service=checkout"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, $"/k/{TestKeys.Of("sample")}/o/a%2Fb/sampling?service=checkout"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, $"http://localhost//k//{TestKeys.Of("sample")}//o//acme//sampling?service=checkout"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, "/k/wrong-0123456789abcdef/sampling?service=checkout"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, "/k//sampling?service=checkout"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(client, $"/k/{TestKeys.Of("ingest")}/sampling?service=checkout"));
        using var traces = await client.PostAsync($"/k/{TestKeys.Of("ingest")}/o/acme/v1/traces", Bodies.Of("{}"));
        Assert.Equal(HttpStatusCode.OK, traces.StatusCode);
    }

    [Fact]
    public async Task KeyInThePath_OfAnythingElse_IsRefusedAndSaysWhy()
    {
        await using var host = TestKeys.Host([]);
        using var client = host.CreateClient();
        using var response = await client.GetAsync($"/k/{TestKeys.Root}/api/organizations");

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("paths end up in logs", (await response.ReadJsonAsync()).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ready_WithoutAKey_SaysOnlyHowItIs()
    {
        await using var host = TestKeys.Host(["acme"]);
        using var nobody = host.CreateClient();
        using var one = host.CreateClient(TestKeys.Of("read", "acme"));
        using var all = host.CreateClient(TestKeys.Of("read"));

        Assert.Equal("""{"status":"Healthy","parts":[]}""", await nobody.GetStringAsync("/health/ready"));
        Assert.Equal("""{"status":"Healthy","parts":[]}""", await one.GetStringAsync("/health/ready"));
        Assert.Equal(2, (await all.GetJsonAsync("/health/ready")).GetProperty("parts").GetArrayLength());
    }

    [Fact]
    public async Task WrongKeys_TooManyOfOneAddress_AreLookedAtNoLonger()
    {
        await using var host = TestKeys.Host([], builder => builder.UseSetting("Limits:WrongKeysPerMinute", "3").UseCallers());
        for (var i = 0; i < 3; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, await FromAsync(host, "192.0.2.1", $"wrong-{i}-0123456789abcdef"));

        // Also a right one: else trying would go on.
        Assert.Equal(HttpStatusCode.TooManyRequests, await FromAsync(host, "192.0.2.1", "wrong-9-0123456789abcdef"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await FromAsync(host, "192.0.2.1", TestKeys.Root));
        Assert.Equal(HttpStatusCode.OK, await FromAsync(host, "192.0.2.2", TestKeys.Root));
    }

    [Fact]
    public async Task OtlpErrors_OfMissingKeys_AreInOtlp()
    {
        await using var host = TestKeys.Host([]);
        using var client = host.CreateClient();
        using var response = await client.PostAsync("/v1/traces", Bodies.Of("{}"));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Contains("keys create", (await response.ReadJsonAsync()).GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<string?>> NamesAsync(HttpClient client, string path, string member) =>
        [.. (await client.GetJsonAsync(path)).GetProperty("items").EnumerateArray().Select(item => item.GetProperty(member).GetString())];

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path);
        return response.StatusCode;
    }

    private static async Task<HttpStatusCode> FromAsync(ApiHost host, string address, string key)
    {
        using var client = host.Client(address);
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        return await StatusAsync(client, "/api/organizations");
    }

    private static async Task<string> WithoutTraceAsync(HttpResponseMessage response) =>
        JsonSerializer.Serialize((await response.ReadJsonAsync()).EnumerateObject().Where(member => member.Name != "traceId").ToDictionary(member => member.Name, member => member.Value));

    private static System.Collections.Frozen.FrozenSet<string> Set(params string[] names) => System.Collections.Frozen.FrozenSet.ToFrozenSet(names);

    // The service looks each second, on another thread.
    private static async Task WaitForKeysAsync(ApiHost host, Func<KeyRing, bool> isSo)
    {
        var access = host.Services.GetRequiredService<Access>();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (!isSo(access.Keys))
        {
            patience.Token.ThrowIfCancellationRequested();
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
    }

    private sealed class ReloadableSettings : ConfigurationProvider, IConfigurationSource
    {
        public string this[string key]
        {
            set => Data[key] = value;
        }

        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

        public void Reload(string key, string value)
        {
            Data[key] = value;
            OnReload();
        }
    }
}
