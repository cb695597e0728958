using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using DynamicSampling.Api.Ingest;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Ingest.Otlp;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Ingest;

/// <summary>OTLP requests that are not as they should be: statuses, answers in OTLP, and nothing counted.</summary>
public class BadTracesTests
{
    private const string Protobuf = "application/x-protobuf";
    private const string Json = "application/json";

    [Theory]
    [InlineData(Protobuf, "0A05", 400)]
    [InlineData(Protobuf, "FFFFFFFFFFFFFFFFFFFF01", 400)]
    [InlineData(Protobuf, "0801", 400)]
    [InlineData(Protobuf, "", 200)]
    [InlineData(Json, "7B7D", 200)]
    [InlineData(Json, "", 400)]
    [InlineData(Json, "7B", 400)]
    [InlineData("application/json; charset=utf-8", "7B7D", 200)]
    [InlineData("Application/X-Protobuf; x=y", "", 200)]
    public async Task Post_Body_HasTheStatusAndAnswersInItsEncoding(string mediaType, string hex, int status)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await PostAsync(client, Convert.FromHexString(hex), mediaType);

        Assert.Equal(status, (int)response.StatusCode);
        var isProtobuf = mediaType.Contains("protobuf", StringComparison.OrdinalIgnoreCase);
        Assert.Equal(isProtobuf ? Protobuf : Json, response.Content.Headers.ContentType?.ToString());
        var body = await response.Content.ReadAsByteArrayAsync();
        if (status == 200)
            Assert.Equal(isProtobuf ? "" : "{}", Encoding.UTF8.GetString(body));
        else if (isProtobuf)
            Assert.Equal([0x08, 0x03, 0x12], body[..3]);
        else
            Assert.Equal(3, (await response.ReadJsonAsync()).GetProperty("code").GetInt32());
    }

    [Theory]
    [InlineData("text/plain", null)]
    [InlineData("application/grpc", null)]
    [InlineData(null, null)]
    [InlineData(Protobuf, "br")]
    [InlineData(Protobuf, "gzip, gzip")]
    public async Task Post_TypeOrEncodingThatIsNotKnown_Is415(string? mediaType, string? encoding)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await PostAsync(client, [], mediaType, encoding);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task Post_LargerThanTheLimit_Is413BeforeAndAfterItIsDecompressed()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Ingest:MaxBodyBytes", "1024"));
        host.UseKestrel();
        host.StartServer();
        using var client = host.CreateClient();
        // Field 15, which nobody knows.
        byte[] large = [0x7A, 0xFD, 0x07, .. new byte[1021]];
        Assert.Equal(1024, large.Length);
        byte[] tooLarge = [0x7A, 0xFE, 0x07, .. new byte[1022]];
        using var taken = await PostAsync(client, large, Protobuf);
        using var takenCompressed = await PostAsync(client, Compress(large), Protobuf, "gzip");
        using var declared = await PostAsync(client, tooLarge, Protobuf);
        using var chunked = await client.PostAsync("/v1/traces", Bodies.Chunked(new string(' ', 1025), Json));
        using var compressed = await PostAsync(client, Compress(tooLarge), Protobuf, "gzip");

        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        Assert.Equal(HttpStatusCode.OK, takenCompressed.StatusCode);
        Assert.All([declared, chunked, compressed], response => Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode));
        var answer = await chunked.ReadJsonAsync();
        Assert.Equal(8, answer.GetProperty("code").GetInt32());
        Assert.Contains("1024 bytes", answer.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_GzipBomb_Is413AndTakesNoMoreMemoryThanTheLimit()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Ingest:MaxBodyBytes", "1048576"));
        using var client = host.CreateClient();
        // A thousandth of what it decompresses to.
        using var response = await PostAsync(client, Compress(new byte[256 * 1024 * 1024]), Protobuf, "gzip");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Theory]
    [InlineData("1F8B")]
    [InlineData("00")]
    [InlineData("7B7D")]
    public async Task Post_NotGzip_Is400(string hex)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await PostAsync(client, Convert.FromHexString(hex), Json, "gzip");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Post_GzipCutShort_Is400AndCountsNothing()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var compressed = Compress(RecordedBodies.Read("js-shop.json"));
        foreach (var length in (int[])[10, compressed.Length / 2, compressed.Length - 9, compressed.Length - 1])
        {
            using var response = await PostAsync(client, compressed[..length], Json, "gzip");
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        }

        Assert.Equal(0, host.Services.GetRequiredService<TraceIngest>().Pending);
    }

    [Fact]
    public async Task Post_NothingButEmptySpans_Is400AndTakesNoMemoryForThem()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var spans = string.Join(',', Enumerable.Repeat("{}", 100_000));
        using var response = await PostAsync(client, Encoding.UTF8.GetBytes($$"""{"resourceSpans":[{"scopeSpans":[{"spans":[{{spans}}]}]}]}"""), Json);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("ids", (await response.ReadJsonAsync()).GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_MoreMemoryThanThereIs_Is503UntilOthersAreRead()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Ingest:MaxBufferedBytes", "1048576"));
        using var client = host.CreateClient();
        byte[] large = [.. "{\"x\":\""u8, .. Enumerable.Repeat((byte)'a', 2_000_000), .. "\"}"u8];
        using var refused = await PostAsync(client, large, Json);
        using var taken = await PostAsync(client, large[..6].Concat("\"}"u8.ToArray()).ToArray(), Json);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
    }

    [Fact]
    public async Task Post_NameOfTheOrganizationIsNotOne_Is400InOtlp()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.PostAsync($"/o/{new string('a', 201)}/v1/traces", Bodies.Of("{}"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("organization", (await response.ReadJsonAsync()).GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_BodyEndsBeforeItsLength_CountsNothingAndTheNextRequestIsServed()
    {
        await using var host = new ApiHost();
        host.UseKestrel();
        host.StartServer();
        using var client = host.CreateClient();
        var body = RecordedBodies.Read("js-shop.json");
        using (var socket = await ConnectAsync(client, $"Content-Length: {body.Length + 10}"))
        {
            await socket.SendAsync(body);
            socket.Shutdown(SocketShutdown.Send);
            // The server may answer or hang up.
            await ReadAsync(socket);
        }

        Assert.Equal(0, host.Services.GetRequiredService<TraceIngest>().Pending);
        using var next = await PostAsync(client, body, Json);
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        Assert.True(host.Services.GetRequiredService<TraceIngest>().Pending > 0);
    }

    [Theory]
    [InlineData("Content-Length: -1")]
    [InlineData("Content-Length: 99999999999999999999")]
    [InlineData("Content-Length: 5\r\nContent-Length: 6")]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: chunked")]
    public async Task Post_LengthThatIsNone_IsRefusedAndCountsNothing(string headers)
    {
        await using var host = new ApiHost();
        host.UseKestrel();
        host.StartServer();
        using var client = host.CreateClient();
        using var socket = await ConnectAsync(client, headers);
        await socket.SendAsync(RecordedBodies.Read("js-shop.json"));
        socket.Shutdown(SocketShutdown.Send);

        var answer = await ReadAsync(socket);
        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal), answer);
        Assert.Equal(0, host.Services.GetRequiredService<TraceIngest>().Pending);
    }

    [Fact]
    public async Task Post_BodyThatNeverEnds_IsGivenUpAndCountsNothing()
    {
        await using var host = new ApiHost(builder => builder.ConfigureKestrel(kestrel =>
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 1_000_000, gracePeriod: TimeSpan.FromSeconds(1.1))));
        host.UseKestrel();
        host.StartServer();
        using var client = host.CreateClient();
        using var socket = await ConnectAsync(client, "Content-Length: 100000");
        await socket.SendAsync(RecordedBodies.Read("js-shop.json"));

        Assert.Contains("HTTP/1.1 408", await ReadAsync(socket), StringComparison.Ordinal);
        Assert.Equal(0, host.Services.GetRequiredService<TraceIngest>().Pending);
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, byte[] body, string? mediaType, string? encoding = null)
    {
        using var content = new ByteArrayContent(body);
        if (mediaType is not null)
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        if (encoding is not null)
            content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        return await client.PostAsync("/v1/traces", content);
    }

    private static byte[] Compress(byte[] body)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(body);
        return buffer.ToArray();
    }

    private static async Task<Socket> ConnectAsync(HttpClient client, string headers)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(client.BaseAddress!.Host, client.BaseAddress.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: {Json}\r\n{headers}\r\n\r\n"));
        return socket;
    }

    private static async Task<string> ReadAsync(Socket socket)
    {
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        try
        {
            while (await socket.ReceiveAsync(buffer, patience.Token) is > 0 and var read)
                answer.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }
        catch (SocketException)
        {
            // Hung up without an answer.
        }

        return answer.ToString();
    }
}
