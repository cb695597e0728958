using System.Text.Json.Serialization;

namespace DynamicSampling.Tasks.Runs;

/// <summary>What started a run.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunTrigger>))]
public enum RunTrigger
{
    /// <summary>A request.</summary>
    [JsonStringEnumMemberName("http")]
    Http,

    /// <summary>A scheduler.</summary>
    [JsonStringEnumMemberName("schedule")]
    Schedule,
}
