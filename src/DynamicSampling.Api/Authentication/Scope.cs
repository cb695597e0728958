using System.Text.Json.Serialization;

namespace DynamicSampling.Api.Authentication;

/// <summary>What a key is for. None includes another, but for <see cref="Admin"/>.</summary>
[Flags]
[JsonConverter(typeof(JsonStringEnumConverter<Scope>))]
internal enum Scope
{
    /// <summary>Nothing.</summary>
    [JsonStringEnumMemberName("none")]
    None = 0,

    /// <summary>Sending traces and volumes.</summary>
    [JsonStringEnumMemberName("ingest")]
    Ingest = 1,

    /// <summary>Fetching the rates that samplers obey.</summary>
    [JsonStringEnumMemberName("sample")]
    Sample = 2,

    /// <summary>Looking at volumes, rates, rules, runs and settings.</summary>
    [JsonStringEnumMemberName("read")]
    Read = 4,

    /// <summary>Running tasks, and changing settings and rules.</summary>
    [JsonStringEnumMemberName("operate")]
    Operate = 8,

    /// <summary>Everything, also what is about all organizations at once, and deleting data.</summary>
    [JsonStringEnumMemberName("admin")]
    Admin = 16,
}
