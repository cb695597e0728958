using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace DynamicSampling.Api.OpenApi;

/// <summary>An example of each request and answer, by operation. They come from real exchanges.</summary>
internal static class Examples
{
    private const string Run =
        """
        {
          "id": "01a2042b-2dd4-7897-bdf4-faad002205bf",
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
          "result": { "organizations": 1, "projects": 30, "published": 1, "unchanged": 0, "withoutVolumes": 0, "failed": 0, "failures": [] },
          "error": null
        }
        """;

    private const string Settings =
        """
        {
          "organization": "acme", "stored": true, "mode": "organization", "targetSampleRate": 0.036, "minimumSampleRate": 0,
          "target": { "rate": 0.036, "source": "setting" }, "settingsError": null
        }
        """;

    private static readonly Dictionary<string, string> Requests = new(StringComparer.Ordinal)
    {
        ["RunTask"] = """{ "organization": "acme", "maxSeconds": 60 }""",
        ["PostVolumes"] =
            """
            [
              { "organization": "acme", "project": "checkout", "transaction": "GET /cart", "total": 5120, "kept": 184 },
              { "organization": "acme", "project": "checkout", "transaction": "POST /order", "timestamp": "2026-11-22T16:50:00Z", "total": 42 }
            ]
            """,
        ["PutSettings"] = """{ "targetSampleRate": 0.036 }""",
    };

    private static readonly Dictionary<(string Operation, string Status), string> Responses = new()
    {
        [("ListTasks", "200")] =
            """
            { "items": [{ "name": "boost_low_volume_projects", "description": "Balances the projects of each organization over the last hour.", "maxSeconds": 420, "schedule": null, "lastRun": null }], "next": null }
            """,
        [("RunTask", "200")] = Run,
        [("RunTask", "202")] = Run.Replace("\"completed\"", "\"running\"", StringComparison.Ordinal),
        [("ListRuns", "200")] = $$"""{ "items": [{{Run}}], "next": null }""",
        [("GetRun", "200")] = Run,
        [("CancelRun", "202")] = Run.Replace("\"completed\"", "\"running\"", StringComparison.Ordinal),
        [("PostVolumes", "200")] = """{ "taken": 2 }""",
        [("ListVolumes", "200")] =
            """
            {
              "organization": "acme", "windowStart": "2026-11-22T15:52:00.000Z", "windowEnd": "2026-11-22T16:52:00.000Z",
              "items": [{ "project": "checkout", "transaction": "GET /cart", "total": 5120, "kept": 184, "exact": true }], "next": null
            }
            """,
        [("ListOrganizations", "200")] =
            """
            { "items": [{ "organization": "acme", "projects": 30, "total": 21827713, "kept": 0, "target": { "rate": 0.036, "source": "setting" }, "stored": true }], "next": null }
            """,
        [("GetSettings", "200")] = Settings,
        [("PutSettings", "200")] = Settings,
        [("GetRates", "200")] =
            """
            {
              "organization": "acme", "version": 1, "computedBy": "01a2042b-2dd4-7897-bdf4-faad002205bf", "computedAt": "2026-11-22T16:51:08.408Z",
              "windowStart": "2026-11-22T15:52:00.000Z", "windowEnd": "2026-11-22T16:52:00.000Z", "factor": 1,
              "target": { "rate": 0.036, "source": "setting" }, "floor": 0,
              "projects": [{ "project": "project-01", "rate": 0.010597245750921384, "servedRate": 0.010597245750921384, "total": 13369016, "kept": 0, "budgetShare": 0.18031068703438427 }],
              "next": null
            }
            """,
        [("Live", "200")] = """{ "status": "Healthy", "parts": [] }""",
        [("Ready", "200")] = """{ "status": "Healthy", "parts": [{ "name": "storage", "status": "Healthy", "description": null }] }""",
        [("Ready", "503")] = """{ "status": "Unhealthy", "parts": [{ "name": "storage", "status": "Unhealthy", "description": "The database does not answer: SQLite Error 26: 'file is not a database'." }] }""",
    };

    private static readonly Dictionary<string, (string Title, string Detail)> Problems = new(StringComparer.Ordinal)
    {
        ["400"] = ("Bad Request", "limit must be from 1 to 1000, but is 0."),
        ["404"] = ("Not Found", "There is no task 'boost'. Tasks are: boost_low_volume_projects."),
        ["409"] = ("The task is already running", "boost_low_volume_projects is already running for organization 'acme': run 01a2042b-2dd4-7897-bdf4-faad002205bf. Wait for it, or cancel it."),
        ["412"] = ("Precondition Failed", "The settings are not the ones that If-Match or If-None-Match asks for. GET them again, and send their ETag."),
        ["413"] = ("Payload Too Large", "The body is larger than 67108864 bytes, the value of Ingest:MaxBodyBytes. Send it in parts."),
        ["415"] = ("Unsupported Media Type", "Send JSON, with Content-Type: application/json."),
        ["500"] = ("The task failed", "boost_low_volume_projects failed after 0.012 s in function fetch_volumes: the database is locked."),
        ["503"] = ("The service is stopping", "boost_low_volume_projects was stopped after 0.3 s, because the service is stopping. Try again when it is back."),
        ["504"] = ("The task ran out of its time budget", "boost_low_volume_projects was stopped after 60 s in function fetch_volumes; its budget is 60 s."),
    };

    public static void AddTo(OpenApiOperation operation)
    {
        var id = operation.OperationId ?? "";
        if (operation.RequestBody?.Content is { } body && Requests.TryGetValue(id, out var request))
        {
            foreach (var (mediaType, content) in body)
            {
                if (content is OpenApiMediaType described)
                {
                    described.Example = mediaType.EndsWith("ndjson", StringComparison.Ordinal)
                        ? JsonValue.Create(string.Join('\n', JsonNode.Parse(request)!.AsArray().Select(item => item!.ToJsonString())))
                        : JsonNode.Parse(request);
                }
            }
        }

        foreach (var (status, response) in operation.Responses ?? [])
        {
            foreach (var (mediaType, content) in response.Content ?? new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal))
            {
                if (Example(id, status, mediaType) is { } example && content is OpenApiMediaType described)
                    described.Example = example;
            }
        }
    }

    private static JsonNode? Example(string operation, string status, string mediaType)
    {
        if (string.Equals(mediaType, "text/event-stream", StringComparison.Ordinal))
            return JsonValue.Create($"event: ended\ndata: {JsonNode.Parse(Run)!.ToJsonString()}\nid: ended\n\n");
        if (Responses.TryGetValue((operation, status), out var response))
            return JsonNode.Parse(response);
        return mediaType.EndsWith("problem+json", StringComparison.Ordinal) && Problems.TryGetValue(status, out var problem)
            ? new JsonObject { ["title"] = problem.Title, ["status"] = int.Parse(status), ["detail"] = problem.Detail }
            : null;
    }
}
