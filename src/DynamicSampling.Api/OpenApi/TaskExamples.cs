namespace DynamicSampling.Api.OpenApi;

/// <summary>Tasks, runs, volumes and health.</summary>
internal static class TaskExamples
{
    public const string Run =
        """
        {
          "id": "01a204df-f75e-7bde-803f-0fb959854937",
          "task": "boost_low_volume_projects",
          "taskName": "dynamic_sampling.tasks.boost_low_volume_projects",
          "status": "completed",
          "startedAt": "2026-11-22T16:51:08.372Z",
          "maxSeconds": 420,
          "seconds": 0.0534319,
          "overrunSeconds": 0,
          "trigger": "http",
          "organization": "acme",
          "overdue": false,
          "taskData": {
            "list_organizations": {
              "numRowsTotal": 1, "numDbCalls": 1, "numIterations": 1, "numProjects": 0, "numOrgs": 1,
              "executionTime": 0.0044403, "calls": 2, "maxExecutionTime": 0.0044268, "firstStart": 0.0122861, "lastEnd": 0.0522995
            },
            "fetch_volumes": {
              "numRowsTotal": 30, "numDbCalls": 1, "numIterations": 1, "numProjects": 30, "numOrgs": 1,
              "executionTime": 0.0059652, "calls": 1, "maxExecutionTime": 0.0059652, "firstStart": 0.018883, "lastEnd": 0.0248482
            }
          },
          "result": {
            "windowStart": "2026-11-22T15:52:00.000Z", "windowEnd": "2026-11-22T16:52:00.000Z", "dryRun": false,
            "organizations": 1, "projects": 30, "published": 1, "unchanged": 0, "withoutVolumes": 0, "failed": 0, "failedProjects": 0, "failures": [],
            "message": "1 organization: 1 published, 0 unchanged, 0 without volumes in the window, 0 failed."
          },
          "error": null
        }
        """;

    public static readonly Dictionary<string, string> Requests = new(StringComparer.Ordinal)
    {
        ["RunTask"] = """{ "organization": "acme", "maxSeconds": 60, "dryRun": true }""",
        ["PostVolumes"] =
            """
            [
              { "organization": "acme", "project": "checkout", "transaction": "GET /cart", "total": 5120, "kept": 184, "release": "checkout@2.4.0", "environment": "production" },
              { "organization": "acme", "project": "checkout", "transaction": "POST /order", "timestamp": "2026-11-22T16:50:00Z", "total": 42 }
            ]
            """,
    };

    public static readonly Dictionary<string, string> Responses = new(StringComparer.Ordinal)
    {
        ["ListTasks 200"] =
            """
            { "items": [{ "name": "rebalance_orgs", "description": "The whole pass over one organization after another: target, projects, transactions and recalibration, published as one version.", "maxSeconds": 420, "schedule": "every 00:01:00", "lastRun": null }], "next": null }
            """,
        ["RunTask 200"] = Run,
        ["RunTask 202"] = Run.Replace("\"completed\"", "\"running\"", StringComparison.Ordinal),
        ["ListRuns 200"] = $$"""{ "items": [{{Run}}], "next": null }""",
        ["GetRun 200"] = Run,
        ["CancelRun 202"] = Run.Replace("\"completed\"", "\"running\"", StringComparison.Ordinal),
        ["PostVolumes 200"] = """{ "taken": 2 }""",
        ["ListVolumes 200"] =
            """
            {
              "organization": "acme", "windowStart": "2026-11-22T15:52:00.000Z", "windowEnd": "2026-11-22T16:52:00.000Z",
              "items": [{ "project": "checkout", "transaction": "GET /cart", "total": 5120, "kept": 184, "exact": true }], "next": null
            }
            """,
        ["Live 200"] = """{ "status": "Healthy", "parts": [] }""",
        ["Ready 200"] =
            """
            { "status": "Healthy", "parts": [{ "name": "storage", "status": "Healthy", "description": null }, { "name": "settings", "status": "Healthy", "description": null }] }
            """,
        ["Ready 503"] =
            """
            {
              "status": "Unhealthy",
              "parts": [
                { "name": "storage", "status": "Unhealthy", "description": "The database does not answer: SQLite Error 26: 'file is not a database'." },
                { "name": "settings", "status": "Healthy", "description": null }
              ]
            }
            """,
    };
}
