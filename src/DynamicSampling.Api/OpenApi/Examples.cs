using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace DynamicSampling.Api.OpenApi;

/// <summary>Puts an example to each request and answer. The texts, by operation, are beside this in files of their own; they come from real exchanges.</summary>
internal static class Examples
{
    private static readonly Dictionary<string, string> Requests = Join(
        TaskExamples.Requests, SettingsExamples.Requests, RatesExamples.Requests, RulesExamples.Requests, ServingExamples.Requests);

    private static readonly Dictionary<string, string> Responses = Join(
        TaskExamples.Responses, SettingsExamples.Responses, RatesExamples.Responses, RulesExamples.Responses, ServingExamples.Responses,
        AuditExamples.Responses, ClusterExamples.Responses);

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
                if (content is not OpenApiMediaType described)
                    continue;
                if (mediaType.EndsWith("protobuf", StringComparison.Ordinal))
                {
                    // No bytes at all are an empty message.
                    described.Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" };
                    described.Example = JsonValue.Create("");
                }
                else
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
            return JsonValue.Create($"event: ended\ndata: {JsonNode.Parse(TaskExamples.Run)!.ToJsonString()}\nid: ended\n\n");
        if (operation.StartsWith("ExportTraces", StringComparison.Ordinal))
            return ServingExamples.OfTraces(status) is { } answer ? JsonNode.Parse(answer) : null;
        if (operation.StartsWith("ExportMetrics", StringComparison.Ordinal))
            return ServingExamples.OfMetrics(status) is { } answered ? JsonNode.Parse(answered) : null;
        if (Responses.TryGetValue($"{operation} {status}", out var response))
            return JsonNode.Parse(response);
        return mediaType.EndsWith("problem+json", StringComparison.Ordinal) && Problems.TryGetValue(status, out var problem)
            ? new JsonObject { ["title"] = problem.Title, ["status"] = int.Parse(status), ["detail"] = problem.Detail }
            : null;
    }

    private static Dictionary<string, string> Join(params ReadOnlySpan<Dictionary<string, string>> parts)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in parts)
        {
            foreach (var (name, text) in part)
                all.Add(name, text);
        }

        return all;
    }
}
