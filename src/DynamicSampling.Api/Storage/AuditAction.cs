using System.Text.Json.Serialization;

namespace DynamicSampling.Api.Storage;

/// <summary>What is written into the audit log.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AuditAction>))]
internal enum AuditAction
{
    /// <summary>The settings of an organization or a project are others.</summary>
    [JsonStringEnumMemberName("settings_put")]
    SettingsPut,

    /// <summary>The settings of an organization or a project are gone.</summary>
    [JsonStringEnumMemberName("settings_deleted")]
    SettingsDeleted,

    /// <summary>An organization or a project is gone with all that belongs to it.</summary>
    [JsonStringEnumMemberName("data_deleted")]
    DataDeleted,

    /// <summary>There is a new custom rule.</summary>
    [JsonStringEnumMemberName("custom_rule_created")]
    CustomRuleCreated,

    /// <summary>A custom rule has a later end or more samples; by an import anything may be another.</summary>
    [JsonStringEnumMemberName("custom_rule_changed")]
    CustomRuleChanged,

    /// <summary>A custom rule is gone.</summary>
    [JsonStringEnumMemberName("custom_rule_deleted")]
    CustomRuleDeleted,

    /// <summary>The rates of an earlier version are in force again, and pinned.</summary>
    [JsonStringEnumMemberName("rates_rolled_back")]
    RatesRolledBack,

    /// <summary>A pin of rates was ended before its time.</summary>
    [JsonStringEnumMemberName("rates_unpinned")]
    RatesUnpinned,
}
