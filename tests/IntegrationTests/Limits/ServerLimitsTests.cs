using System.Net.Sockets;
using System.Text;
using DynamicSampling.IntegrationTests.Api;
using Microsoft.AspNetCore.Hosting;

namespace DynamicSampling.IntegrationTests.Limits;

/// <summary>What the server allows a connection, whoever has it.</summary>
public class ServerLimitsTests
{
    [Theory]
    [InlineData("GET /health/live?{0} HTTP/1.1\r\nHost: localhost\r\n\r\n", "Limits:MaxRequestLineSize", "256", "414")]
    [InlineData("GET /health/live HTTP/1.1\r\nHost: localhost\r\nX: {0}\r\n\r\n", "Limits:MaxRequestHeadersTotalSize", "1024", "431")]
    public async Task Send_TooLong_IsRefused(string request, string setting, string value, string status)
    {
        await using var host = new ApiHost(web => web.UseSetting(setting, value));
        using var client = host.Listen();
        var longest = await SendAsync(client, string.Format(System.Globalization.CultureInfo.InvariantCulture, request, new string('x', 200)));
        var tooLong = await SendAsync(client, string.Format(System.Globalization.CultureInfo.InvariantCulture, request, new string('x', 2000)));

        Assert.StartsWith("HTTP/1.1 200 ", longest, StringComparison.Ordinal);
        Assert.StartsWith($"HTTP/1.1 {status} ", tooLong, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_TooManyHeaders_IsRefused()
    {
        await using var host = new ApiHost(web => web.UseSetting("Limits:MaxRequestHeaderCount", "10"));
        using var client = host.Listen();
        var answer = await SendAsync(client, $"GET /health/live HTTP/1.1\r\nHost: localhost\r\n{string.Concat(Enumerable.Range(0, 10).Select(i => $"X{i}: y\r\n"))}\r\n");

        Assert.StartsWith("HTTP/1.1 431 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_HeadersThatDoNotEnd_AreCut()
    {
        await using var host = new ApiHost(web => web.UseSetting("Limits:RequestHeadersTimeout", "00:00:01"));
        using var client = host.Listen();
        var answer = await SendAsync(client, "GET /health/live HTTP/1.1\r\nHost: localhost\r\nX: ");

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT", "/api/organizations/acme", "application/json", "{")]
    [InlineData("POST", "/api/volumes", "application/json", "[")]
    [InlineData("POST", "/v1/traces", "application/x-protobuf", "x")]
    public async Task Send_BodyThatComesSlowly_IsCutAndSaysWhy(string method, string path, string mediaType, string start)
    {
        await using var host = new ApiHost(web => web.UseSetting("Limits:MinRequestBodyBytesPerSecond", "1048576").UseSetting("Limits:DataRateGracePeriod", "00:00:02"));
        using var client = host.Listen();
        var answer = await SendAsync(client, $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {mediaType}\r\nContent-Length: 1000\r\n\r\n{start}");

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("Limits:MinRequestBodyBytesPerSecond", answer, StringComparison.Ordinal);
        Assert.Empty((await client.GetJsonAsync("/api/organizations")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Connect_TooManyAtOnce_AreClosed()
    {
        await using var host = new ApiHost(web => web.UseSetting("Limits:MaxConnections", "1"));
        using var client = host.Listen();
        // Its connection stays.
        await client.GetJsonAsync("/health/live");
        var answer = await SendAsync(client, "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");

        Assert.Equal("", answer);
    }

    /// <summary>Sends as it is, on a connection of its own, and reads until the server closes it or has answered.</summary>
    private static async Task<string> SendAsync(HttpClient client, string request)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        using var socket = new TcpClient();
        await socket.ConnectAsync(client.BaseAddress!.Host, client.BaseAddress.Port, patience.Token);
        await using var stream = socket.GetStream();
        var answer = new StringBuilder();
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request), patience.Token);
            var buffer = new byte[4096];
            int read;
            while ((read = await stream.ReadAsync(buffer, patience.Token)) > 0)
            {
                answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
                if (answer.ToString().StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal))
                    break;
            }
        }
        catch (IOException)
        {
            // Closed with something still on its way.
        }

        return answer.ToString();
    }
}
