using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Api.Storage;

/// <summary>An entry of the audit log.</summary>
/// <param name="Id">Names it.</param>
/// <param name="At">When.</param>
/// <param name="Actor">Who.</param>
/// <param name="Action">What was done.</param>
/// <param name="Organization">The organization's name.</param>
/// <param name="Project">The project's name; null when it is about the organization.</param>
/// <param name="Subject">The custom rule's id, or the version of the rates; null for settings.</param>
/// <param name="Before">What there was, an object; null for nothing.</param>
/// <param name="After">What there is since, an object; null for nothing.</param>
internal sealed record AuditEntry(
    Guid Id, [property: JsonConverter(typeof(UtcMillisecondsJsonConverter))] DateTimeOffset At, string Actor, AuditAction Action, string Organization,
    string? Project, string? Subject, JsonObject? Before, JsonObject? After);
