using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.TestHost;

namespace DynamicSampling.IntegrationTests.Fuzz;

/// <summary>Hands requests to the service as a server would, without the checks that a client makes first.</summary>
internal sealed class InMemorySender(TestServer server)
{
    // Far longer than anything takes: whoever waits this long waits forever.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Sends a request and reads the answer, of a stream of events the first one.</summary>
    /// <exception cref="TimeoutException">There is no answer, or none that ends.</exception>
    /// <exception cref="Exception">What got through all of the service.</exception>
    public async Task<FuzzAnswer> SendAsync(FuzzRequest request)
    {
        using var client = new CancellationTokenSource();
        try
        {
            var context = await server.SendAsync(context => Fill(context, request), client.Token).WaitAsync(Patience, TimeProvider.System);
            var response = context.Response;
            var isStream = response.ContentType?.StartsWith("text/event-stream", StringComparison.Ordinal) == true;
            var body = isStream
                ? await ReadEventAsync(response.Body).WaitAsync(Patience, TimeProvider.System)
                : await ReadAsync(response.Body).WaitAsync(Patience, TimeProvider.System);
            return new(response.StatusCode, response.ContentType, response.Headers, body);
        }
        finally
        {
            // A client that leaves.
            await client.CancelAsync();
        }
    }

    private static void Fill(HttpContext context, FuzzRequest request)
    {
        var query = request.Target.IndexOf('?', StringComparison.Ordinal);
        context.Request.Method = request.Method;
        context.Request.Path = PathOf(query < 0 ? request.Target : request.Target[..query]);
        context.Request.QueryString = new(query < 0 ? "" : request.Target[query..]);
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = request.Target;
        foreach (var (name, value) in request.Headers)
            context.Request.Headers.Append(name, value);
        context.Features.Set<IHttpRequestBodyDetectionFeature>(new BodyDetection(request.Body is not null));
        if (request.Body is not null)
            context.Request.Body = new MemoryStream(request.Body, writable: false);
    }

    // Servers refuse what cannot be decoded; here it goes in as it is.
    private static PathString PathOf(string path)
    {
        try
        {
            return PathString.FromUriComponent(path);
        }
        catch (InvalidOperationException)
        {
            return new(path);
        }
    }

    private static async Task<byte[]> ReadAsync(Stream body)
    {
        using var read = new MemoryStream();
        await body.CopyToAsync(read);
        return read.ToArray();
    }

    private static async Task<byte[]> ReadEventAsync(Stream body)
    {
        using var reader = new StreamReader(body, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, leaveOpen: true);
        var text = new StringBuilder();
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
            text.Append(line).Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private sealed class BodyDetection(bool canHaveBody) : IHttpRequestBodyDetectionFeature
    {
        public bool CanHaveBody => canHaveBody;
    }
}
