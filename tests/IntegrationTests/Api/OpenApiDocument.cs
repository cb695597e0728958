using System.Text.Json;

namespace DynamicSampling.IntegrationTests.Api;

/// <summary>Finds its way in the service's OpenAPI document.</summary>
internal static class OpenApiDocument
{
    public const string Path = "/openapi/v1.json";

    private static readonly string[] Methods = ["get", "put", "post", "delete", "patch"];

    /// <summary>Every operation, with a name such as <c>GET /api/runs/{id}</c>.</summary>
    public static List<(string Name, JsonElement Value)> Operations(JsonElement document) =>
        [
            .. from path in document.GetProperty("paths").EnumerateObject()
               from operation in path.Value.EnumerateObject()
               where Methods.Contains(operation.Name)
               select ($"{operation.Name.ToUpperInvariant()} {path.Name}", operation.Value),
        ];

    /// <summary>What a schema refers to; of alternatives, the one that is not null.</summary>
    public static JsonElement Resolve(JsonElement document, JsonElement schema)
    {
        if (schema.TryGetProperty("oneOf", out var alternatives))
            schema = alternatives.EnumerateArray().First(alternative => alternative.TryGetProperty("$ref", out _) || alternative.TryGetProperty("properties", out _));
        if (!schema.TryGetProperty("$ref", out var reference))
            return schema;
        var found = document;
        foreach (var step in reference.GetString()!.TrimStart('#', '/').Split('/'))
            found = found.GetProperty(step);
        return found;
    }
}
