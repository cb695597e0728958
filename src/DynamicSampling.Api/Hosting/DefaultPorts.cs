namespace DynamicSampling.Api.Hosting;

/// <summary>The ports of localhost that are listened on when no address is configured. Each serves everything.</summary>
/// <param name="Main">The service's own. Without it there is no start.</param>
/// <param name="Conventional">Those that clients try by themselves. One that is taken is done without.</param>
internal sealed record DefaultPorts(int Main, IReadOnlyList<ConventionalPort> Conventional)
{
    public static readonly DefaultPorts Standard = new(5000, [new(4318, "OTLP over HTTP"), new(5778, "Jaeger remote sampling"), new(2000, "X-Ray remote sampling")]);
}

/// <summary>A port that the clients of a protocol try by themselves.</summary>
/// <param name="Number">The port.</param>
/// <param name="Protocol">What they speak there.</param>
internal sealed record ConventionalPort(int Number, string Protocol);
