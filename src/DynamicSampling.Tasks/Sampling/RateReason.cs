using System.Text.Json.Serialization;

namespace DynamicSampling.Tasks.Sampling;

/// <summary>Why a served rate is not simply base × factor.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RateReason>))]
public enum RateReason
{
    /// <summary>A pin keeps it always.</summary>
    [JsonStringEnumMemberName("always")]
    Always,

    /// <summary>A pin does not let it rise further.</summary>
    [JsonStringEnumMemberName("maximum")]
    Maximum,

    /// <summary>The project is new, and kept whole.</summary>
    [JsonStringEnumMemberName("new")]
    New,

    /// <summary>Health checks get a fifth of the project's rate.</summary>
    [JsonStringEnumMemberName("health_check")]
    HealthCheck,

    /// <summary>The minimum rate binds.</summary>
    [JsonStringEnumMemberName("floor")]
    Floor,
}
