namespace DynamicSampling.Api.OpenApi;

/// <summary>Rates, and whether the goal is met.</summary>
internal static class RatesExamples
{
    private const string NotKept =
        """
        { "title": "Not Found", "status": 404, "detail": "Version 1 of the rates of organization 'acme' is not kept: versions 2 to 3 are." }
        """;

    public static readonly Dictionary<string, string> Requests = new(StringComparer.Ordinal)
    {
        ["RollBackRates"] = """{ "version": 1, "duration": "01:00:00" }""",
    };

    public static readonly Dictionary<string, string> Responses = new(StringComparer.Ordinal)
    {
        ["GetRates 200"] =
            """
            {
              "organization": "acme", "version": 1, "computedBy": "01a204df-f75e-7bde-803f-0fb959854937", "computedAt": "2026-11-22T16:51:08.408Z",
              "windowStart": "2026-11-22T15:52:00.000Z", "windowEnd": "2026-11-22T16:52:00.000Z", "mode": "organization",
              "factor": 1.0412, "factorUntil": "2026-11-22T16:54:08.372Z", "obedience": 0.98, "target": { "rate": 0.25, "source": "setting" }, "floor": 0.01,
              "expectedKept": 1685, "restoredFrom": null, "pin": null,
              "projects": [
                {
                  "project": "checkout", "rate": 0.21506211180124224, "servedRate": 0.22392267080745342, "implicitRate": 0.21506211180124224, "factor": 1.0412, "floor": 0.01,
                  "target": null, "reason": null, "total": 6440, "kept": 1254, "expectedKept": 1385, "budgetShare": 0.8219584569732937
                }
              ],
              "next": null
            }
            """,
        ["GetRates 404"] = NotKept,
        ["ListRateVersions 200"] =
            """
            {
              "items": [
                {
                  "version": 3, "computedAt": "2026-11-22T17:05:21.730Z", "computedBy": "01a204df-f75e-7bde-803f-0fb959854937", "mode": "organization",
                  "target": { "rate": 0.25, "source": "setting" }, "factor": 1.0412, "projectsChanged": 1, "inForce": true, "restoredFrom": 1
                },
                {
                  "version": 2, "computedAt": "2026-11-22T16:52:08.398Z", "computedBy": "01a204e0-e1be-7c50-8d3c-2d8b1a6f0a55", "mode": "organization",
                  "target": { "rate": 0.4, "source": "setting" }, "factor": 1.0398, "projectsChanged": 1, "inForce": false, "restoredFrom": null
                },
                {
                  "version": 1, "computedAt": "2026-11-22T16:51:08.408Z", "computedBy": "01a204df-f75e-7bde-803f-0fb959854937", "mode": "organization",
                  "target": { "rate": 0.25, "source": "setting" }, "factor": 1.0412, "projectsChanged": 1, "inForce": false, "restoredFrom": null
                }
              ],
              "next": null
            }
            """,
        ["RollBackRates 200"] =
            """
            {
              "organization": "acme", "version": 3, "restoredFrom": 1, "projectsChanged": 1,
              "pin": { "version": 1, "until": "2026-11-22T18:05:21.730Z", "by": "anonymous" }
            }
            """,
        ["RollBackRates 404"] = NotKept,
        ["GetProjectRates 200"] =
            """
            {
              "organization": "acme", "project": "checkout", "version": 1, "computedBy": "01a204df-f75e-7bde-803f-0fb959854937",
              "computedAt": "2026-11-22T16:51:08.408Z", "windowStart": "2026-11-22T15:52:00.000Z", "windowEnd": "2026-11-22T16:52:00.000Z",
              "target": { "rate": 0.25, "source": "setting" }, "rate": 0.21506211180124224, "servedRate": 0.21506211180124224,
              "implicitRate": 0.21506211180124224, "implicitServedRate": 0.21506211180124224, "factor": 1, "floor": 0.01, "reason": null,
              "total": 6440, "kept": 1254, "expectedKept": 1385, "budgetShare": 0.8219584569732937, "transactionNames": 3,
              "transactions": [
                {
                  "transaction": "GET /cart", "rate": 0.09423828125, "servedRate": 0.09423828125, "reason": null, "total": 5120, "kept": 484,
                  "expectedKept": 482.5, "budgetShare": 0.28635014836795253
                },
                {
                  "transaction": "POST /order", "rate": 1, "servedRate": 1, "reason": "always", "total": 420, "kept": 420,
                  "expectedKept": 420, "budgetShare": 0.24925816023738873
                }
              ]
            }
            """,
        ["GetGoal 200"] =
            """
            {
              "organization": "acme", "version": 1, "target": { "rate": 0.25, "source": "setting" }, "met": false,
              "achieved": [
                { "window": "5m", "total": 6740, "kept": 544, "rate": 0.08071216617210683, "exact": true, "deviation": -0.6771513353115727, "met": false },
                { "window": "1h", "total": 6740, "kept": 544, "rate": 0.08071216617210683, "exact": true, "deviation": -0.6771513353115727, "met": false },
                { "window": "1d", "total": 6740, "kept": 544, "rate": 0.08071216617210683, "exact": true, "deviation": -0.6771513353115727, "met": false }
              ],
              "pin": null,
              "reasons": [
                {
                  "code": "clients_not_following",
                  "detail": "Clients keep 50 % of what the rates in force say: some do not ask for rates, hold old ones, or sample again later.", "traces": null
                }
              ]
            }
            """,
    };
}
