namespace DynamicSampling.Sampler;

/// <summary>
/// What a <see cref="RemoteSampler"/> is to do. Everything has a default, so that a service with none of these set follows the rates of a
/// DynamicSampling service on the same machine. The sampler reads the options when it is made; later changes do nothing.
/// </summary>
public sealed class RemoteSamplerOptions
{
    /// <summary>Where the DynamicSampling service is, with the organization in the path if it is not the default one: <c>http://sampling:5000/o/acme</c>.</summary>
    /// <value>An absolute http or https address without query. When null, the environment variable <c>DYNAMIC_SAMPLING_ENDPOINT</c>, else <c>http://localhost:5000</c>.</value>
    public Uri? Endpoint { get; set; }

    /// <summary>The key that the service asks for, sent as a bearer token. It needs the scopes <c>sample</c> and <c>ingest</c>.</summary>
    /// <value>Visible ASCII characters. When null, the environment variable <c>DYNAMIC_SAMPLING_API_KEY</c>, else none is sent. It is never logged.</value>
    public string? ApiKey { get; set; }

    /// <summary>The name under which this service's spans arrive.</summary>
    /// <value>
    /// At most 200 characters. When null, <c>service.name</c> of the tracer provider's resource, so that both are the same by themselves; a sampler without a
    /// provider takes <c>OTEL_SERVICE_NAME</c>, else <c>OTEL_RESOURCE_ATTRIBUTES</c>, else <c>unknown_service:</c> and the process's name.
    /// </value>
    public string? ServiceName { get; set; }

    /// <summary>The rate of everything until rates have been received for the first time.</summary>
    /// <value>0 to 1; 0.1 by default, which is also the service's own default target.</value>
    public double InitialSampleRate { get; set; } = 0.1;

    /// <summary>How often rates are asked for. Each time is up to a tenth sooner or later, so that instances spread.</summary>
    /// <value>1 second to 1 hour; 10 seconds by default.</value>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often counts are reported, with the same spread. When nothing was counted, one report a minute is enough.</summary>
    /// <value>1 second to 1 hour; 10 seconds by default.</value>
    public TimeSpan ReportInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a request to the service may take, all in all.</summary>
    /// <value>100 milliseconds to 5 minutes; 5 seconds by default.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A file that keeps the last good rates, for the next start. Each service needs one of its own; its folder must exist.</summary>
    /// <value>A path; none by default. A file that cannot be read, or is another service's, is ignored.</value>
    public string? CacheFile { get; set; }

    /// <summary>Whether only the first span of a trace is decided, and all others follow their parents.</summary>
    /// <value>
    /// True by default, and as rates are meant. Otherwise every span is decided by its own operation's rate, consistently by the trace id: a trace is torn where
    /// rates get lower. What is counted is the first spans of traces in either case.
    /// </value>
    public bool ParentBased { get; set; } = true;

    /// <summary>How many operations are told apart. What is beyond is counted together, as <c>__other__</c>, and has the default rate.</summary>
    /// <value>1 to 5000; 1000 by default. Operations that the service gives a rate of their own are told apart in any case.</value>
    public int MaxOperations { get; set; } = 1000;

    /// <summary>Names the operation of a root span that is about to start, for those who know better; null leaves it to the sampler.</summary>
    /// <value>
    /// None by default. It runs on every root span, so it must be quick, and the name must be the one that the span will have at its end. An exception counts as null.
    /// </value>
    public OperationNaming? OperationName { get; set; }

    /// <summary>Makes what requests to the service go through, for proxies and certificates. Its redirects and cookies are as it is set up.</summary>
    /// <value>When null, a <see cref="SocketsHttpHandler"/> without cookies and redirects.</value>
    public Func<HttpMessageHandler>? HttpMessageHandlerFactory { get; set; }

    /// <summary>The clock for intervals and timeouts.</summary>
    /// <value><see cref="TimeProvider.System"/> by default.</value>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
