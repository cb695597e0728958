using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace DynamicSampling.Sampler.Service;

/// <summary>Requests to the DynamicSampling service: each within the timeout, with answers of bounded size, in no trace.</summary>
internal sealed class ServiceClient : IDisposable
{
    private const int MaxBytes = 4 * 1024 * 1024;
    private const int MaxBytesOfProblem = 16 * 1024;
    private const int MaxDetail = 500;
    private readonly HttpClient _http;
    private readonly Settings _settings;

    public ServiceClient(Settings settings)
    {
        _settings = settings;
        _http = new(settings.HttpMessageHandlerFactory?.Invoke() ?? MakeHandler()) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.Add(new("DynamicSampling.Sampler", SamplerVersion.Text));
        _http.DefaultRequestHeaders.Accept.Add(new("application/json"));
        if (settings.ApiKey is { } key)
            _http.DefaultRequestHeaders.Authorization = new("Bearer", key);
    }

    public Task<Answer> GetRatesAsync(string service, string? tag, CancellationToken cancellationToken)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"{_settings.Endpoint}/sampling?service={Uri.EscapeDataString(service)}");
        if (tag is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        return SendAsync(request, readsBody: true, cancellationToken);
    }

    public Task<Answer> PostReportAsync(byte[] report, CancellationToken cancellationToken)
    {
        var content = new ByteArrayContent(report) { Headers = { ContentType = new("application/json") } };
        return SendAsync(new(HttpMethod.Post, _settings.Endpoint + "/api/reports") { Content = content }, readsBody: false, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private async Task<Answer> SendAsync(HttpRequestMessage request, bool readsBody, CancellationToken cancellationToken)
    {
        using (request)
        using (var limit = new CancellationTokenSource(_settings.Timeout, _settings.Clock))
        using (cancellationToken.UnsafeRegister(static limit => ((CancellationTokenSource)limit!).Cancel(), limit))
        {
            try
            {
                using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
                var body = readsBody && response.StatusCode == HttpStatusCode.OK ? await ReadAsync(response.Content, MaxBytes, limit.Token).ConfigureAwait(false) : [];
                var detail = (int)response.StatusCode >= 400 ? await ReadDetailAsync(response.Content, limit.Token).ConfigureAwait(false) : null;
                return new(response.StatusCode, response.Headers.ETag?.ToString(), RetryAfterOf(response.Headers.RetryAfter), body, detail);
            }
            catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"There was no answer within {_settings.Timeout.TotalSeconds} s.", exception);
            }
        }
    }

    // It is for the log: whatever is wrong with it, the status counts.
    private async Task<string?> ReadDetailAsync(HttpContent content, CancellationToken cancellationToken)
    {
        try
        {
            using var problem = JsonDocument.Parse(await ReadAsync(content, MaxBytesOfProblem, cancellationToken).ConfigureAwait(false));
            var detail = _settings.WithoutKeys(problem.RootElement.GetProperty("detail"u8).GetString() ?? "");
            return detail.Length == 0 ? null : new([.. detail.Take(MaxDetail).Select(character => char.IsControl(character) ? ' ' : character)]);
        }
        catch (Exception)
        {
            return null;
        }
    }

    private static async Task<byte[]> ReadAsync(HttpContent content, int maxBytes, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[16 * 1024];
            for (int read; (read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
            {
                if (body.Length + read > maxBytes)
                    throw new FormatException($"It is longer than {maxBytes} bytes.");
                body.Write(buffer, 0, read);
            }
        }

        return body.ToArray();
    }

    private TimeSpan? RetryAfterOf(RetryConditionHeaderValue? header) => header?.Delta ?? (header?.Date is { } date ? date - _settings.Clock.GetUtcNow() : null);

    // Without a propagator there is neither a span for a request nor a traceparent in it. A redirect would be sent on without the key.
    private static SocketsHttpHandler MakeHandler() => new()
    {
        ActivityHeadersPropagator = null,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.All,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseCookies = false,
    };
}
