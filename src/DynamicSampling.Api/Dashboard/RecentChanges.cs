using System.Text.Json;
using System.Text.Json.Nodes;
using DynamicSampling.Api.Storage;
using DynamicSampling.Dashboard.Settings;

namespace DynamicSampling.Api.Dashboard;

/// <summary>The newest entries of the audit log, with what differs: as <c>…/audit</c>.</summary>
internal sealed class RecentChanges(SqlAuditLog audit)
{
    private const int Shown = 10;

    public async Task<IReadOnlyList<ChangeLine>> ListAsync(string organization, CancellationToken cancellationToken) =>
        [.. (await audit.ListAsync(new(Shown) { Organization = organization }, cancellationToken)).Select(Of)];

    private static ChangeLine Of(AuditEntry entry) => new(
        entry.At, entry.Actor, JsonSerializer.SerializeToElement(entry.Action).GetString()!, entry.Project, entry.Subject,
        [.. Members(entry.Before, entry.After)]);

    private static IEnumerable<MemberChange> Members(JsonObject? before, JsonObject? after) =>
        (before ?? []).Select(member => member.Key).Union((after ?? []).Select(member => member.Key), StringComparer.Ordinal)
            .Where(member => !JsonNode.DeepEquals(before?[member], after?[member]))
            .Select(member => new MemberChange(member, before?[member]?.ToJsonString(), after?[member]?.ToJsonString()));
}
