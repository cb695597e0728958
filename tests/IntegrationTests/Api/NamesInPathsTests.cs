using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Api;

/// <summary>Names are percent-encoded once in paths, and come out as they went in.</summary>
public class NamesInPathsTests
{
    private static readonly string[] Names =
        ["a/b", "a%2Fb", "a%252Fb", "a b", "a+b", "a%20b", "ü", "u\u0308", "日本", "🎉", "%", "%25", "+", "a?b#c", "a\\b", "/", "//", "...", "a;b=c,d", "~'()*!", "Acme", "acme"];

    // The in-memory server has no raw request target, so names with a slash cannot be told apart there.
    private static string[] NamesWithoutSlash => [.. Names.Where(name => !name.Contains('/') && !name.Contains("2F", StringComparison.Ordinal))];

    [Fact]
    public async Task PutAndGet_AnyNameInMemory_StaysDistinct()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();

        await AssertDistinctAsync(client, "", NamesWithoutSlash);
    }

    [Fact]
    public async Task PutAndGet_AnyNameOverASocket_StaysDistinct()
    {
        await using var host = new ApiHost();
        using var client = StartServer(host);

        await AssertDistinctAsync(client, "", Names);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PutAndGet_AnyNameBehindAPathBase_StaysDistinct(bool overASocket)
    {
        await using var host = new ApiHost(builder => builder.ConfigureTestServices(services => services.AddSingleton<IStartupFilter>(new PathBase("/tools/sampling"))));
        using var client = overASocket ? StartServer(host) : host.CreateClient();

        await AssertDistinctAsync(client, "/tools/sampling", overASocket ? Names : NamesWithoutSlash);
    }

    [Fact]
    public async Task VolumesAndRates_NameWithSlash_AreFound()
    {
        await using var host = new ApiHost();
        using var start = StartServer(host);
        using var client = await host.WithVolumesAsync("a/b", ("p", 1));
        using var other = await host.WithVolumesAsync("a%2Fb", ("q", 2));
        using var run = await client.RunTaskAsync("boost_low_volume_projects");

        foreach (var (path, project) in new[] { ("a%2Fb", "p"), ("a%252Fb", "q") })
        {
            Assert.Equal(project, (await client.GetJsonAsync($"/api/organizations/{path}/volumes")).GetProperty("items")[0].GetProperty("project").GetString());
            Assert.Equal(project, (await client.GetJsonAsync($"/api/organizations/{path}/rates")).GetProperty("projects")[0].GetProperty("project").GetString());
        }
    }

    [Fact]
    public async Task ProjectsAndRules_AnyName_StayDistinct()
    {
        await using var host = new ApiHost();
        using var client = StartServer(host);
        for (var i = 0; i < Names.Length; i++)
        {
            var (organization, project) = (Uri.EscapeDataString(Names[i]), Uri.EscapeDataString(Names[^(i + 1)]));
            var path = $"/api/organizations/{organization}/projects/{project}";
            using var put = await client.PutAsJsonAsync(path, new { minimumSampleRate = (i + 20) / 100.0 });
            using var rule = await client.PostAsync(
                $"/api/organizations/{organization}/custom-rules", Bodies.Of("""{"condition":{"op":"and","inner":[]},"samples":1,"end":"2026-11-22T11:00:00Z"}"""));
            Assert.Equal(HttpStatusCode.OK, put.StatusCode);
            Assert.Equal(HttpStatusCode.Created, rule.StatusCode);
            Assert.StartsWith($"/api/organizations/{organization}/custom-rules/", rule.Headers.Location!.OriginalString, StringComparison.Ordinal);
            Assert.Equal(Names[i], (await client.GetJsonAsync(rule.Headers.Location.OriginalString)).GetProperty("organization").GetString());
        }

        for (var i = 0; i < Names.Length; i++)
        {
            var organization = $"/api/organizations/{Uri.EscapeDataString(Names[i])}";
            var project = $"{organization}/projects/{Uri.EscapeDataString(Names[^(i + 1)])}";
            var floor = (i + 20) / 100.0;
            var settings = await client.GetJsonAsync(project);
            using var evaluated = await client.PostAsJsonAsync($"{project}/rules:evaluate", new { transaction = "t", replayId = "1" });

            Assert.Equal((Names[i], Names[^(i + 1)]), (settings.GetProperty("organization").GetString(), settings.GetProperty("project").GetString()));
            Assert.Equal(floor, settings.GetProperty("minimumSampleRate").GetDouble());
            Assert.Equal(Names[^(i + 1)], Assert.Single((await client.GetJsonAsync($"{organization}/projects")).GetProperty("items").EnumerateArray()).GetProperty("project").GetString());
            Assert.Equal(floor, (await client.GetJsonAsync($"{project}/rates")).GetProperty("servedRate").GetDouble());
            Assert.Contains($"\"value\":{floor.ToString(System.Globalization.CultureInfo.InvariantCulture)}", await client.GetStringAsync($"{project}/rules"), StringComparison.Ordinal);
            Assert.Equal("customRules", (await evaluated.ReadJsonAsync()).GetProperty("rules")[0].GetProperty("bias").GetString());
            Assert.Equal(Names[i], (await client.GetJsonAsync($"{organization}/goal")).GetProperty("organization").GetString());
            Assert.Single((await client.GetJsonAsync($"{organization}/custom-rules")).GetProperty("items").EnumerateArray());
        }

        Assert.Equal(Names.Order(StringComparer.Ordinal), (await client.GetJsonAsync("/api/export")).GetProperty("organizations").EnumerateArray().Select(item => item.GetProperty("organization").GetString()!));
    }

    [Theory]
    [InlineData("acme/projects/%01", "project")]
    [InlineData("acme/projects/a%0Ab/rates", "project")]
    [InlineData("acme/projects/%C2%85/rules", "project")]
    [InlineData("%01/projects", "organization")]
    [InlineData("%01/projects/p", "organization")]
    [InlineData("%01/goal", "organization")]
    [InlineData("%01/custom-rules", "organization")]
    public async Task Get_BadNameOfAProject_SaysWhatIsWrong(string path, string said)
    {
        await using var host = new ApiHost();
        using var client = StartServer(host);
        using var get = await client.GetAsync($"/api/organizations/{path}");

        await HttpAssert.IsProblemAsync(get, HttpStatusCode.BadRequest, $"{said} in the path");
    }

    [Theory]
    [InlineData("%01")]
    [InlineData("a%0Ab")]
    [InlineData("%C2%85")]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    public async Task Get_BadName_SaysWhatIsWrong(string name)
    {
        await using var host = new ApiHost();
        using var client = StartServer(host);
        foreach (var path in new[] { name, $"{name}/volumes", $"{name}/rates" })
        {
            using var get = await client.GetAsync($"/api/organizations/{path}");
            await HttpAssert.IsProblemAsync(get, HttpStatusCode.BadRequest, "organization in the path");
        }

        using var put = await client.PutAsJsonAsync($"/api/organizations/{name}", new { targetSampleRate = 0.5 });
        using var delete = await client.DeleteAsync($"/api/organizations/{name}");
        await HttpAssert.IsProblemAsync(put, HttpStatusCode.BadRequest, "organization in the path");
        await HttpAssert.IsProblemAsync(delete, HttpStatusCode.BadRequest, "organization in the path");
        Assert.Empty((await client.GetJsonAsync("/api/organizations")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Get_LongestName_IsTaken()
    {
        await using var host = new ApiHost();
        using var client = StartServer(host);
        var name = string.Concat(Enumerable.Repeat("日", 200));

        Assert.Equal(name, (await client.GetJsonAsync($"/api/organizations/{Uri.EscapeDataString(name)}")).GetProperty("organization").GetString());
    }

    // HttpClient tidies paths up before it sends them; these arrive as they are.
    [Theory]
    [InlineData("/api/organizations/a%2fb", "a/b")]
    [InlineData("/api/organizations/a%2Fb?x=/y/z", "a/b")]
    [InlineData("/api/organizations/a%2Fb/", "a/b")]
    [InlineData("/API/Organizations/A%2Fb", "A/b")]
    [InlineData("http://localhost/api/organizations/a%20b", "a b")]
    [InlineData("http://localhost:8080/api/organizations/%C3%BC%2525?x=1", "ü%25")]
    [InlineData("/api/organizations/%61%2F%62", "a/b")]
    [InlineData("/api/organizations/a:b@c", "a:b@c")]
    [InlineData("/api/./organizations/a%2Fb", "a/b")]
    [InlineData("/x/../api/organizations/a%252Fb", "a%2Fb")]
    [InlineData("/x/%2e%2E/api/organizations/a%2Fb", "a/b")]
    [InlineData("//api//organizations/a%2Fb", "a/b")]
    [InlineData("//api/organizations/a%2500b", "a%00b")]
    [InlineData("//api/organizations/a%2541", "a%41")]
    public async Task Get_RawTarget_NamesTheOrganization(string target, string organization)
    {
        await using var host = new ApiHost();
        using var client = StartServer(host);
        var answer = await SendRawAsync(client.BaseAddress!, target);

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Contains($"\"organization\":\"{organization}\"", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/organizations/%FF")]
    [InlineData("/api/organizations/a%C3")]
    public async Task Get_OctetsThatAreNoUtf8_AreRefused(string target)
    {
        await using var host = new ApiHost();
        using var client = StartServer(host);

        Assert.StartsWith("HTTP/1.1 400", await SendRawAsync(client.BaseAddress!, target), StringComparison.Ordinal);
    }

    private static HttpClient StartServer(ApiHost host)
    {
        host.UseKestrel();
        host.StartServer();
        return host.CreateClient();
    }

    private static async Task AssertDistinctAsync(HttpClient client, string pathBase, string[] names)
    {
        for (var i = 0; i < names.Length; i++)
        {
            using var put = await client.PutAsJsonAsync(Path(names[i]), new { targetSampleRate = i / 100.0 });
            Assert.Equal(HttpStatusCode.OK, put.StatusCode);
            Assert.Equal(names[i], (await put.ReadJsonAsync()).GetProperty("organization").GetString());
        }

        for (var i = 0; i < names.Length; i++)
        {
            var settings = await client.GetJsonAsync(Path(names[i]));
            Assert.Equal((names[i], i / 100.0), (settings.GetProperty("organization").GetString(), settings.GetProperty("targetSampleRate").GetDouble()));
        }

        var listed = (await client.GetJsonAsync($"{pathBase}/api/organizations")).GetProperty("items").EnumerateArray();
        Assert.Equal(names.Order(StringComparer.Ordinal), listed.Select(item => item.GetProperty("organization").GetString()!).Order(StringComparer.Ordinal));

        string Path(string name) => $"{pathBase}/api/organizations/{Uri.EscapeDataString(name)}";
    }

    private static async Task<string> SendRawAsync(Uri server, string target)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(server.Host, server.Port);
        await using var stream = socket.GetStream();
        var host = target.StartsWith("http", StringComparison.Ordinal) ? new Uri(target).Authority : server.Authority;
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }

    private sealed class PathBase(string path) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.UsePathBase(path);
            next(app);
        };
    }
}
