using System.Reflection;

namespace DynamicSampling.Sampler.Telemetry;

internal static class SamplerVersion
{
    /// <summary>The package's version, without what names the commit.</summary>
    public static string Text { get; } =
        typeof(SamplerVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
