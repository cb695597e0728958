using System.Globalization;

namespace DynamicSampling.Sampler;

/// <summary>The options, checked and completed from the environment.</summary>
internal sealed class Settings
{
    public const string EndpointVariable = "DYNAMIC_SAMPLING_ENDPOINT";
    public const string ApiKeyVariable = "DYNAMIC_SAMPLING_API_KEY";
    private const string DefaultEndpoint = "http://localhost:5000";
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(5);

    private Settings(RemoteSamplerOptions options, Func<string, string?> environment)
    {
        Endpoint = EndpointOf(options, environment);
        ApiKey = ApiKeyOf(options, environment);
        ServiceName = options.ServiceName;
        Check(ServiceName is null || OperationNames.AreGood(ServiceName), nameof(options.ServiceName), "must have 1 to 200 characters and no control characters");
        InitialSampleRate = options.InitialSampleRate;
        Check(InitialSampleRate is >= 0 and <= 1, nameof(options.InitialSampleRate), "must be from 0 to 1");
        PollInterval = Within(options.PollInterval, ShortestInterval, LongestInterval, nameof(options.PollInterval));
        ReportInterval = Within(options.ReportInterval, ShortestInterval, LongestInterval, nameof(options.ReportInterval));
        Timeout = Within(options.Timeout, ShortestTimeout, LongestTimeout, nameof(options.Timeout));
        CacheFile = options.CacheFile;
        Check(CacheFile is null || !string.IsNullOrWhiteSpace(CacheFile), nameof(options.CacheFile), "must be a path, or null for none");
        ParentBased = options.ParentBased;
        MaxOperations = options.MaxOperations;
        Check(MaxOperations is >= 1 and <= 5000, nameof(options.MaxOperations), "must be from 1 to 5000");
        OperationName = options.OperationName;
        HttpMessageHandlerFactory = options.HttpMessageHandlerFactory;
        Clock = options.TimeProvider;
        Check(Clock is not null, nameof(options.TimeProvider), "must not be null");
    }

    /// <summary>Without a slash at its end. Its path may hold a key: only <see cref="Host"/> is for logs.</summary>
    public string Endpoint { get; }

    public string Host => new Uri(Endpoint).GetLeftPart(UriPartial.Authority);

    public string? ApiKey { get; }

    /// <summary>A text for logs, without the keys that whoever wrote it may have repeated in it.</summary>
    public string WithoutKeys(string text)
    {
        foreach (var key in (string?[])[ApiKey, KeyOfPath(Endpoint)])
        {
            if (!string.IsNullOrEmpty(key))
                text = text.Replace(key, "***", StringComparison.Ordinal);
        }

        return text;
    }

    public string? ServiceName { get; }

    public double InitialSampleRate { get; }

    public TimeSpan PollInterval { get; }

    public TimeSpan ReportInterval { get; }

    public TimeSpan Timeout { get; }

    public string? CacheFile { get; }

    public bool ParentBased { get; }

    public int MaxOperations { get; }

    public OperationNaming? OperationName { get; }

    public Func<HttpMessageHandler>? HttpMessageHandlerFactory { get; }

    public TimeProvider Clock { get; }

    /// <exception cref="ArgumentException">An option is not within its limits; the message says which and what it may be.</exception>
    public static Settings Of(RemoteSamplerOptions options, Func<string, string?>? environment = null) =>
        new(options, environment ?? Environment.GetEnvironmentVariable);

    /// <summary>The service's name as OpenTelemetry finds it when it is told none.</summary>
    public static string NameOfEnvironment(Func<string, string?>? environment = null)
    {
        environment ??= Environment.GetEnvironmentVariable;
        if (environment("OTEL_SERVICE_NAME") is { Length: > 0 } name)
            return name;
        foreach (var pair in (environment("OTEL_RESOURCE_ATTRIBUTES") ?? "").Split(',', StringSplitOptions.TrimEntries))
        {
            if (pair.StartsWith("service.name=", StringComparison.Ordinal) && pair.Length > "service.name=".Length)
                return Uri.UnescapeDataString(pair["service.name=".Length..]);
        }

        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return "unknown_service:" + process.ProcessName;
    }

    private static string EndpointOf(RemoteSamplerOptions options, Func<string, string?> environment)
    {
        var uri = options.Endpoint;
        var name = nameof(options.Endpoint);
        if (uri is null && environment(EndpointVariable) is { Length: > 0 } text)
        {
            name = EndpointVariable;
            Uri.TryCreate(text, UriKind.Absolute, out uri);
            Check(uri is not null, name, "must be an absolute address such as http://localhost:5000");
        }

        uri ??= new(DefaultEndpoint);
        Check(
            uri.IsAbsoluteUri && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps), name,
            "must be an absolute http or https address such as http://localhost:5000");
        Check(uri.Query.Length + uri.Fragment.Length == 0, name, "must have neither query nor fragment; an organization goes into the path: /o/acme");
        Check(uri.UserInfo.Length == 0, name, $"must have no user name; a key goes into {nameof(options.ApiKey)} or {ApiKeyVariable}");
        return uri.AbsoluteUri.TrimEnd('/');
    }

    // http://sampling:5000/k/KEY/o/acme
    private static string? KeyOfPath(string endpoint)
    {
        var segments = endpoint.Split('/');
        var before = Array.IndexOf(segments, "k", 3);
        return before >= 0 && before + 1 < segments.Length ? Uri.UnescapeDataString(segments[before + 1]) : null;
    }

    private static string? ApiKeyOf(RemoteSamplerOptions options, Func<string, string?> environment)
    {
        var (key, name) = options.ApiKey is { } own ? (own, nameof(options.ApiKey)) : (environment(ApiKeyVariable), ApiKeyVariable);
        if (key is null || (key.Length == 0 && name == ApiKeyVariable))
            return null;
        // The message does not show it.
        Check(key.Length > 0 && key.All(character => character is > ' ' and < '\x7F'), name, "must be visible ASCII characters without spaces");
        return key;
    }

    private static TimeSpan Within(TimeSpan value, TimeSpan shortest, TimeSpan longest, string name)
    {
        Check(value >= shortest && value <= longest, name, string.Create(CultureInfo.InvariantCulture, $"must be from {shortest} to {longest}, but is {value}"));
        return value;
    }

    private static void Check([System.Diagnostics.CodeAnalysis.DoesNotReturnIf(false)] bool isGood, string name, string rule)
    {
        if (!isGood)
            throw new ArgumentException($"{name} {rule}.", name);
    }
}
