using System.Text.Json;
using DynamicSampling.IntegrationTests.Api;

namespace DynamicSampling.IntegrationTests.Fuzz;

/// <summary>An operation, as the service's OpenAPI document has it.</summary>
/// <param name="Name">Method and path, such as <c>GET /api/runs/{id}</c>.</param>
/// <param name="Parameters">Those of path, query and headers.</param>
/// <param name="Contents">What its body may be; none when it has no body.</param>
/// <param name="SpeaksOtlp">Whether its errors are those of OTLP, and not problem details.</param>
internal sealed record Operation(string Name, IReadOnlyList<OperationParameter> Parameters, IReadOnlyList<OperationContent> Contents, bool SpeaksOtlp)
{
    public string Method => Name[..Name.IndexOf(' ', StringComparison.Ordinal)];

    public string Path => Name[(Name.IndexOf(' ', StringComparison.Ordinal) + 1)..];

    public static IReadOnlyList<Operation> ReadAll(JsonElement document) =>
    [
        .. OpenApiDocument.Operations(document).Select(operation => new Operation(
            operation.Name,
            operation.Value.TryGetProperty("parameters", out var parameters) ? [.. parameters.EnumerateArray().Select(OperationParameter.Read)] : [],
            operation.Value.TryGetProperty("requestBody", out var body)
                ? [.. body.GetProperty("content").EnumerateObject().Select(content => new OperationContent(content.Name, content.Value.GetProperty("schema"), content.Value.GetProperty("example")))]
                : [],
            operation.Value.GetProperty("responses").TryGetProperty("400", out var bad) && !bad.GetProperty("content").TryGetProperty("application/problem+json", out _))),
    ];
}

/// <summary>A parameter of an operation.</summary>
/// <param name="In"><c>path</c>, <c>query</c> or <c>header</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its schema.</param>
/// <param name="Example">The example; null when there is none.</param>
internal sealed record OperationParameter(string In, string Name, string Type, string? Example)
{
    public static OperationParameter Read(JsonElement parameter) => new(
        parameter.GetProperty("in").GetString()!,
        parameter.GetProperty("name").GetString()!,
        parameter.GetProperty("schema").GetProperty("type").GetString()!,
        parameter.TryGetProperty("example", out var example) ? example.GetString() : null);
}

/// <summary>A body of an operation in one media type.</summary>
internal sealed record OperationContent(string MediaType, JsonElement Schema, JsonElement Example)
{
    public bool IsJson => string.Equals(MediaType, "application/json", StringComparison.Ordinal);

    /// <summary>As it is sent.</summary>
    public string ExampleText => Example.ValueKind == JsonValueKind.String ? Example.GetString()! : Example.GetRawText();
}
