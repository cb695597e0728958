using System.Diagnostics;
using Microsoft.Extensions.Options;
using OpenTelemetry;

namespace DynamicSampling.Sampler.Names;

/// <summary>The sampler of a tracer provider, shown what it cannot see by itself: the name of its service, and what roots are called at their end.</summary>
internal sealed class NameLearner : BaseProcessor<Activity>
{
    public NameLearner(IOptions<RemoteSamplerOptions> options, ILoggerFactory? loggers = null) =>
        Sampler = new(options.Value, loggers?.CreateLogger(SamplerLogger.Category), FindName);

    public RemoteSampler Sampler { get; }

    public override void OnEnd(Activity data)
    {
        if (data.ParentSpanId == default)
            Sampler.Learn(data);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Sampler.Dispose();
        base.Dispose(disposing);
    }

    // The provider's resource, which has a name in any case. It is there as soon as the provider has taken its processors.
    private string? FindName() => ParentProvider is { } provider
        ? provider.GetResource().Attributes.FirstOrDefault(attribute => attribute.Key == "service.name").Value as string ?? Settings.NameOfEnvironment()
        : null;
}
