namespace DynamicSampling.Api.OpenApi;

/// <summary>Organizations, projects, their settings, and settings as a document.</summary>
internal static class SettingsExamples
{
    private const string Biases =
        """
        { "customRules": true, "healthChecks": true, "replays": true, "environments": false, "recalibration": true, "latestReleases": true, "transactions": true, "minimumSampleRate": true }
        """;

    private const string Settings =
        $$"""
        {
          "organization": "acme", "stored": true, "mode": "organization", "targetSampleRate": 0.25, "tiers": null, "monthlyBudget": null,
          "minimumSampleRate": 0.01, "intensity": 0.8, "biases": {{Biases}},
          "pins": [{ "project": "checkout", "transaction": "POST /order", "always": true, "maximumSampleRate": null, "until": "2026-11-23T08:00:00Z" }],
          "target": { "rate": 0.25, "source": "setting" }, "settingsError": null
        }
        """;

    private const string ProjectSettings =
        $$"""
        {
          "organization": "acme", "project": "checkout", "stored": true, "targetSampleRate": 0.5, "minimumSampleRate": 0.01, "intensity": 1,
          "biases": {{Biases}}, "target": { "rate": 0.25, "source": "setting" },
          "note": "targetSampleRate is stored but not used: the organization's mode is organization, so its projects share one target. Set the mode to project, or pin the project.",
          "settingsError": null
        }
        """;

    private const string Document =
        """
        {
          "version": 1,
          "organizations": [
            {
              "organization": "acme",
              "settings": {
                "mode": "organization", "targetSampleRate": null, "tiers": [{ "monthlyVolume": 1000000, "rate": 1 }, { "monthlyVolume": 50000000, "rate": 0.1 }], "monthlyBudget": null,
                "minimumSampleRate": 0.01, "intensity": null,
                "biases": {
                  "customRules": null, "healthChecks": null, "replays": null, "environments": false, "recalibration": null, "latestReleases": null, "transactions": null, "minimumSampleRate": null
                },
                "pins": [{ "project": "checkout", "transaction": "POST /order", "always": true, "maximumSampleRate": null, "until": "2026-11-23T08:00:00Z" }]
              },
              "projects": [{ "project": "checkout", "settings": { "targetSampleRate": 0.5, "minimumSampleRate": null, "intensity": 1, "biases": null } }],
              "customRules": [
                {
                  "condition": { "op": "glob", "name": "event.transaction", "value": ["*/cart"] }, "samples": 500,
                  "start": "2026-11-22T16:30:00Z", "end": "2026-11-23T16:30:00Z", "id": "01a204df-f73e-7a05-b34d-e3aacb60722e", "project": null, "description": "Slow carts"
                }
              ]
            }
          ]
        }
        """;

    public static readonly Dictionary<string, string> Requests = new(StringComparer.Ordinal)
    {
        ["PutSettings"] =
            """
            {
              "targetSampleRate": 0.25, "minimumSampleRate": 0.01, "biases": { "environments": false },
              "pins": [{ "project": "checkout", "transaction": "POST /order", "always": true, "until": "2026-11-23T08:00:00Z" }]
            }
            """,
        ["PutProjectSettings"] = """{ "targetSampleRate": 0.5, "intensity": 1 }""",
        ["ImportSettings"] = Document,
    };

    public static readonly Dictionary<string, string> Responses = new(StringComparer.Ordinal)
    {
        ["ListOrganizations 200"] =
            """
            { "items": [{ "organization": "acme", "projects": 2, "total": 6740, "kept": 544, "target": { "rate": 0.25, "source": "setting" }, "stored": true }], "next": null }
            """,
        ["GetSettings 200"] = Settings,
        ["PutSettings 200"] = Settings,
        ["ListProjects 200"] =
            """
            { "items": [{ "project": "checkout", "total": 6440, "kept": 254, "target": { "rate": 0.25, "source": "setting" }, "stored": true }], "next": null }
            """,
        ["GetProjectSettings 200"] = ProjectSettings,
        ["PutProjectSettings 200"] = ProjectSettings,
        ["ExportSettings 200"] = Document,
        ["ImportSettings 200"] =
            """
            {
              "dryRun": true,
              "changes": [
                { "change": "removed", "organization": "acme", "project": null, "customRule": "01a204df-f73e-7a05-b34d-e3aacb60722e" },
                { "change": "removed", "organization": "acme", "project": "checkout", "customRule": null },
                { "change": "changed", "organization": "acme", "project": null, "customRule": null }
              ]
            }
            """,
    };
}
