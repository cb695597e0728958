using System.Reflection;
using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Cluster;
using DynamicSampling.Api.Ingest;
using DynamicSampling.Api.Limits;
using DynamicSampling.Api.Notifications;
using DynamicSampling.Api.Storage;
using DynamicSampling.Tasks.Sampling;
using SchedulingOptions = DynamicSampling.Tasks.Sampling.SchedulingOptions;

namespace DynamicSampling.Api.CommandLine.Doctor;

/// <summary>The settings of this service, by section. Those of ASP.NET Core are not among them.</summary>
internal static class KnownSettings
{
    /// <summary>Sections that others have keys in, too.</summary>
    public static readonly IReadOnlySet<string> SharedSections = new HashSet<string>(["ConnectionStrings"], StringComparer.OrdinalIgnoreCase);

    /// <summary>The keys, such as <c>Scheduling:Cycle</c>.</summary>
    public static readonly IReadOnlySet<string> Keys = new HashSet<string>(
        [
            .. Of<SamplingOptions>("Sampling"),
            .. Of<SchedulingOptions>("Scheduling"),
            .. Of<NotificationOptions>("Notifications"),
            .. Of<IngestOptions>("Ingest"),
            .. Of<LimitsOptions>(LimitsOptions.Section),
            .. Of<StorageOptions>(StorageOptions.Section),
            .. Of<ClusterOptions>(ClusterOptions.Section),
            .. Of<AuthenticationSettings>(AuthenticationSettings.Section),
            .. Of<JwtSettings>(JwtSettings.Section),
            ConfiguredKeys.Key,
            "ConnectionStrings:DynamicSampling",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>The sections.</summary>
    public static readonly IReadOnlySet<string> Sections = Keys.Select(Section).ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether there is such a setting; what is below a list is for whoever reads the list.</summary>
    public static bool Contains(string key) => Keys.Contains(key) || key.StartsWith(ConfiguredKeys.Key + ":", StringComparison.OrdinalIgnoreCase);

    /// <summary>The section of a key; the key itself when it has none.</summary>
    public static string Section(string key) => key.Split(':', 2)[0];

    private static IEnumerable<string> Of<TOptions>(string section) =>
        typeof(TOptions).GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(property => property.CanWrite).Select(property => $"{section}:{property.Name}");
}
