namespace DynamicSampling.Api.OpenApi;

/// <summary>The audit log.</summary>
internal static class AuditExamples
{
    private const string Entries =
        """
        {
          "items": [
            {
              "id": "01a204ec-fc42-7a1e-9c0f-5d1c2f3b8e77", "at": "2026-11-22T17:05:21.730Z", "actor": "anonymous", "action": "rates_rolled_back",
              "organization": "acme", "project": null, "subject": "3", "before": { "version": 2 },
              "after": { "version": 3, "restoredFrom": 1, "pinnedUntil": "2026-11-22T18:05:21.73Z" }
            },
            {
              "id": "01a204e0-9e3f-7d42-b1f2-8a4c6e0d9b15", "at": "2026-11-22T16:51:51.103Z", "actor": "anonymous", "action": "settings_put",
              "organization": "acme", "project": null, "subject": null, "before": { "mode": "organization", "targetSampleRate": 0.25 },
              "after": { "mode": "organization", "targetSampleRate": 0.4 }
            }
          ],
          "next": null
        }
        """;

    public static readonly Dictionary<string, string> Responses = new(StringComparer.Ordinal)
    {
        ["ListAudit 200"] = Entries,
        ["ListAuditOfOrganization 200"] = Entries,
    };
}
