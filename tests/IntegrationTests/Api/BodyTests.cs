using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Hosting;

namespace DynamicSampling.IntegrationTests.Api;

/// <summary>What holds for request bodies everywhere: their size, their media type and their encoding.</summary>
public class BodyTests
{
    private const string Volumes = "/api/volumes";
    private const string Settings = "/api/organizations/acme";
    private const string Task = "/api/tasks/boost_low_volume_projects";

    [Theory]
    [InlineData("POST", Volumes, Bodies.Json, """[{"project":"p","transaction":"t","total":1}]""")]
    [InlineData("POST", Volumes, Bodies.Lines, """{"project":"p","transaction":"t","total":1}""")]
    [InlineData("PUT", Settings, Bodies.Json, """{"targetSampleRate":0.5}""")]
    [InlineData("POST", Task, Bodies.Json, """{"organization":"acme"}""")]
    public async Task Body_LongerThanTheLimit_Is413AndChangesNothing(string method, string path, string mediaType, string body)
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Ingest:MaxBodyBytes", "1024").UseSetting("Limits:MaxSettingsBytes", "1024"));
        using var client = host.CreateClient();
        var tooLong = body.PadRight(1025);
        using var declared = await SendAsync(client, method, path, Bodies.Of(tooLong, mediaType));
        using var chunked = await SendAsync(client, method, path, Bodies.Chunked(tooLong, mediaType));

        await HttpAssert.IsProblemAsync(declared, HttpStatusCode.RequestEntityTooLarge, "1024 bytes", path == Volumes ? "Ingest:MaxBodyBytes" : "Limits:MaxSettingsBytes");
        await HttpAssert.IsProblemAsync(chunked, HttpStatusCode.RequestEntityTooLarge, "1024 bytes", path == Volumes ? "Ingest:MaxBodyBytes" : "Limits:MaxSettingsBytes");
        await HttpAssert.NothingWasCountedAsync(client, "default");
        Assert.Empty((await client.GetJsonAsync("/api/runs")).GetProperty("items").EnumerateArray());
    }

    [Theory]
    [InlineData("POST", Volumes, Bodies.Json, """[{"project":"p","transaction":"t","total":1}]""")]
    [InlineData("POST", Volumes, Bodies.Lines, """{"project":"p","transaction":"t","total":1}""")]
    [InlineData("PUT", Settings, Bodies.Json, """{"targetSampleRate":0.5}""")]
    [InlineData("POST", Task, Bodies.Json, """{"organization":"acme"}""")]
    public async Task Body_AsLongAsTheLimit_IsTaken(string method, string path, string mediaType, string body)
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Ingest:MaxBodyBytes", "1024").UseSetting("Limits:MaxSettingsBytes", "1024"));
        using var client = host.CreateClient();
        var longest = body.PadRight(1024);
        using var declared = await SendAsync(client, method, path, Bodies.Of(longest, mediaType));
        using var chunked = await SendAsync(client, method, path, Bodies.Chunked(longest, mediaType));

        Assert.Equal(HttpStatusCode.OK, declared.StatusCode);
        Assert.Equal(HttpStatusCode.OK, chunked.StatusCode);
    }

    [Theory]
    [InlineData("POST", Volumes, """[{"project":"p","transaction":"t","total":1}]""")]
    [InlineData("PUT", Settings, """{"targetSampleRate":0.5}""")]
    [InlineData("POST", Task, """{"organization":"acme"}""")]
    public async Task Body_LongerThanTheLimitOverASocket_Is413(string method, string path, string body)
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Ingest:MaxBodyBytes", "1024").UseSetting("Limits:MaxSettingsBytes", "1024"));
        host.UseKestrel();
        host.StartServer();
        using var client = host.CreateClient();
        using var declared = await SendAsync(client, method, path, Bodies.Of(body.PadRight(1025)));
        using var chunked = await SendAsync(client, method, path, Bodies.Chunked(body.PadRight(1025), chunkSize: 100));

        await HttpAssert.IsProblemAsync(declared, HttpStatusCode.RequestEntityTooLarge, "1024 bytes", path == Volumes ? "Ingest:MaxBodyBytes" : "Limits:MaxSettingsBytes");
        await HttpAssert.IsProblemAsync(chunked, HttpStatusCode.RequestEntityTooLarge, "1024 bytes", path == Volumes ? "Ingest:MaxBodyBytes" : "Limits:MaxSettingsBytes");
    }

    [Theory]
    [InlineData("POST", Volumes, null)]
    [InlineData("POST", Volumes, "text/plain")]
    [InlineData("POST", Volumes, "application/xml")]
    [InlineData("POST", Volumes, "application/x-www-form-urlencoded")]
    [InlineData("POST", Volumes, "application/x-protobuf")]
    [InlineData("PUT", Settings, null)]
    [InlineData("PUT", Settings, "text/plain")]
    [InlineData("PUT", Settings, Bodies.Lines)]
    [InlineData("POST", Task, null)]
    [InlineData("POST", Task, "text/plain")]
    [InlineData("POST", Task, Bodies.Lines)]
    public async Task Body_OtherMediaTypeOrNone_Is415(string method, string path, string? mediaType)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await SendAsync(client, method, path, Bodies.Of(path == Volumes ? "[]" : "{}", mediaType));

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.UnsupportedMediaType, "Content-Type: application/json");
        Assert.Empty((await client.GetJsonAsync("/api/organizations")).GetProperty("items").EnumerateArray());
    }

    [Theory]
    [InlineData("POST", Volumes, "gzip")]
    [InlineData("POST", Volumes, "gzip, br")]
    [InlineData("PUT", Settings, "gzip")]
    [InlineData("PUT", Settings, "x-unknown")]
    [InlineData("POST", Task, "gzip")]
    public async Task Body_Compressed_Is415(string method, string path, string encoding)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var content = Bodies.Of(path == Volumes ? "[]" : "{}");
        foreach (var one in encoding.Split(", "))
            content.Headers.ContentEncoding.Add(one);
        using var response = await SendAsync(client, method, path, content);

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.UnsupportedMediaType, "content encoding", encoding.Split(", ")[0]);
        Assert.Empty((await client.GetJsonAsync("/api/organizations")).GetProperty("items").EnumerateArray());
    }

    [Theory]
    [InlineData("POST", Volumes, "application/json; charset=klingon")]
    [InlineData("PUT", Settings, "application/json; charset=klingon")]
    [InlineData("PUT", Settings, "application/json; charset=\"\"")]
    [InlineData("PUT", Settings, "application/json; charset=utf-16")]
    [InlineData("POST", Task, "application/json;Charset=\"iso-8859-1\"")]
    public async Task Body_CharsetThatNobodyKnowsOrThatJsonIsNotIn_Is415AndNot500(string method, string path, string mediaType)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var content = Bodies.Of(path == Volumes ? "[]" : "{}", mediaType: null);
        content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        using var response = await SendAsync(client, method, path, content);

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.UnsupportedMediaType, "charset", "UTF-8");
    }

    [Theory]
    [InlineData("""{"intensity":0.5,"intensity":0.5}""", "The body is not right at $.intensity (line 1): 'intensity' is given twice.")]
    [InlineData("""{"pins":[{"project":null}]}""", "The body is not right at $.pins[0].project (line 1): it must not be null.")]
    public async Task Body_NotRight_SaysSoWithoutNamesOfTypes(string body, string said)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.PutAsync(Settings, Bodies.Of(body));

        var problem = await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, said);
        Assert.DoesNotContain("DynamicSampling", problem.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", Volumes, "application/json; charset=utf-8")]
    [InlineData("PUT", Settings, "application/json; charset=\"UTF-8\"")]
    [InlineData("PUT", Settings, "application/json; charset=utf-8")]
    [InlineData("PUT", Settings, "application/merge-patch+json")]
    [InlineData("POST", Task, "Application/JSON")]
    public async Task Body_IdentityEncodingOrParameters_IsTaken(string method, string path, string mediaType)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var content = Bodies.Of(path == Volumes ? "[]" : "{}");
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        content.Headers.ContentEncoding.Add("identity");
        using var response = await SendAsync(client, method, path, content);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string method, string path, HttpContent content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), path) { Content = content };
        return await client.SendAsync(request);
    }
}
