namespace DynamicSampling.Api.OpenApi;

/// <summary>Rules documents, what they say of a trace, and custom rules.</summary>
internal static class RulesExamples
{
    private const string CustomRule =
        """
        {
          "id": "01a204df-f73e-7a05-b34d-e3aacb60722e", "ruleId": 3000, "organization": "acme", "project": null, "description": "Slow carts",
          "condition": { "op": "glob", "name": "event.transaction", "value": ["*/cart"] }, "samples": 500, "collected": 0,
          "start": "2026-11-22T16:51:08.414Z", "end": "2026-11-23T16:30:00.000Z", "active": true, "createdAt": "2026-11-22T16:51:08.414Z", "announcedAt": null
        }
        """;

    private const string UnknownRule =
        """
        { "title": "Not Found", "status": 404, "detail": "Organization 'acme' has no custom rule 01a204df-f73e-7a05-b34d-e3aacb60722e." }
        """;

    public static readonly Dictionary<string, string> Requests = new(StringComparer.Ordinal)
    {
        ["EvaluateRules"] = """{ "transaction": "GET /cart", "release": "checkout@2.4.0", "environment": "production" }""",
        ["CreateCustomRule"] =
            """
            {
              "condition": { "op": "glob", "name": "event.transaction", "value": ["*/cart"] }, "samples": 500, "end": "2026-11-23T16:30:00Z",
              "description": "Slow carts"
            }
            """,
        ["ExtendCustomRule"] = """{ "end": "2026-11-24T16:30:00Z", "samples": 1000 }""",
    };

    public static readonly Dictionary<string, string> Responses = new(StringComparer.Ordinal)
    {
        ["GetRules 200"] =
            """
            {
              "version": 2,
              "rules": [
                {
                  "id": 3000, "type": "transaction", "samplingValue": { "type": "reservoir", "limit": 500 },
                  "condition": { "op": "glob", "name": "event.transaction", "value": ["*/cart"] },
                  "timeRange": { "start": "2026-11-22T16:51:08.414Z", "end": "2026-11-23T16:30:00Z" }
                },
                {
                  "id": 1005, "type": "trace", "samplingValue": { "type": "sampleRate", "value": 1 },
                  "condition": { "op": "not", "inner": { "op": "eq", "name": "trace.replay_id", "value": null } }
                },
                {
                  "id": 1500, "type": "trace", "samplingValue": { "type": "factor", "value": 1.3747404170510875 },
                  "condition": {
                    "op": "and",
                    "inner": [
                      { "op": "eq", "name": "trace.release", "value": ["checkout@2.4.0"] }, { "op": "eq", "name": "trace.environment", "value": ["production"] }
                    ]
                  },
                  "timeRange": { "start": "2026-11-22T16:51:00Z", "end": "2026-11-22T17:51:00Z" },
                  "decayingFn": { "type": "linear", "decayedValue": 1 }
                },
                {
                  "id": 1000, "type": "trace", "samplingValue": { "type": "sampleRate", "value": 0.21506211180124224 },
                  "condition": { "op": "and", "inner": [] }
                }
              ]
            }
            """,
        ["EvaluateRules 200"] =
            """
            {
              "rate": 0.1295569213,
              "rules": [
                { "id": 1500, "bias": "latestReleases", "type": "factor", "value": 1.3747404170510875 },
                { "id": 1400, "bias": "transactions", "type": "factor", "value": 0.5100173476315115 },
                { "id": 1401, "bias": "transactions", "type": "factor", "value": 0.8591688093108012 },
                { "id": 1000, "bias": "uniform", "type": "sampleRate", "value": 0.21506211180124224 }
              ]
            }
            """,
        ["CreateCustomRule 201"] = CustomRule,
        ["ListCustomRules 200"] = $$"""{ "items": [{{CustomRule}}], "next": null }""",
        ["GetCustomRule 200"] = CustomRule,
        ["GetCustomRule 404"] = UnknownRule,
        ["ExtendCustomRule 200"] = CustomRule,
        ["ExtendCustomRule 404"] = UnknownRule,
        ["ExtendCustomRule 409"] = """{ "title": "Conflict", "status": 409, "detail": "The rule has expired: make a new one." }""",
        ["DeleteCustomRule 404"] = UnknownRule,
    };
}
