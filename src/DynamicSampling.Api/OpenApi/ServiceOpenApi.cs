using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace DynamicSampling.Api.OpenApi;

/// <summary>The OpenAPI document: what the framework derives from the endpoints, and what it cannot see.</summary>
internal static class ServiceOpenApi
{
    // Bodies that come in. Only they are closed: answers may gain members.
    private static readonly HashSet<string> RequestBodies = new(["TaskRequest", "SettingsBody", "VolumeItem"], StringComparer.Ordinal);

    public static void AddServiceOpenApi(this IServiceCollection services) => services.AddOpenApi(options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new()
            {
                Title = "DynamicSampling",
                Version = "v1",
                Description = "Counts traffic, runs the tasks that turn volumes into sample rates, and says which rates are in force. Errors are RFC 9457 problem details.",
            };
            // The document is the same wherever the service runs.
            document.Servers = [];
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            AddPathParameters(operation, context.Description.RelativePath ?? "");
            Examples.AddTo(operation);
            AddHeaders(operation);
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type.IsEnum)
                schema.Type = JsonSchemaType.String;
            else if (schema.Type is null && string.Equals(schema.Format, "date-time", StringComparison.Ordinal))
                schema.Type = context.JsonTypeInfo.Type == typeof(DateTimeOffset?) ? JsonSchemaType.String | JsonSchemaType.Null : JsonSchemaType.String;
            if (schema.Type?.HasFlag(JsonSchemaType.Object) == true && !RequestBodies.Contains(context.JsonTypeInfo.Type.Name))
                schema.AdditionalPropertiesAllowed = true;
            return Task.CompletedTask;
        });
    });

    // Names bind from the raw request target, which the framework does not know for a parameter.
    private static void AddPathParameters(OpenApiOperation operation, string path)
    {
        if (!path.Contains("{org}", StringComparison.Ordinal))
            return;
        operation.Parameters ??= [];
        operation.Parameters.Insert(0, new OpenApiParameter
        {
            Name = "org",
            In = ParameterLocation.Path,
            Required = true,
            Description = "The organization's name: 1 to 200 characters, percent-encoded once, `/` as `%2F`.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = 200 },
            Example = JsonValue.Create("acme"),
        });
    }

    private static void AddHeaders(OpenApiOperation operation)
    {
        switch (operation.OperationId)
        {
            case "RunTask":
                AddRequestHeader(operation, "Prefer", "`respond-async` answers 202 at once (RFC 7240).", "respond-async");
                AddResponseHeader(operation, "200", "Server-Timing", "Milliseconds of each function.");
                AddResponseHeader(operation, "200", "Content-Location", "The run.");
                AddResponseHeader(operation, "202", "Location", "The run.");
                break;
            case "PostVolumes":
                AddRequestHeader(operation, "Idempotency-Key", "The same key within a day counts once and gets the same answer.", "5b2c7f0e-1d2a-4c53-9d0e-6f0a2b1c3d4e");
                break;
            case "PutSettings" or "DeleteSettings":
                AddRequestHeader(operation, "If-Match", "The ETag that the stored settings must have.", "\"3a9557812feadd15\"");
                break;
        }

        if (operation.OperationId is "GetSettings" or "PutSettings")
            AddResponseHeader(operation, "200", "ETag", "Stands for the stored settings; absent when there are none.");
    }

    private static void AddRequestHeader(OpenApiOperation operation, string name, string description, string example)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = name,
            In = ParameterLocation.Header,
            Description = description,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            Example = JsonValue.Create(example),
        });
    }

    private static void AddResponseHeader(OpenApiOperation operation, string status, string name, string description)
    {
        if (operation.Responses?.GetValueOrDefault(status) is not OpenApiResponse response)
            return;
        response.Headers ??= new Dictionary<string, IOpenApiHeader>(StringComparer.Ordinal);
        response.Headers.Add(name, new OpenApiHeader { Description = description, Schema = new OpenApiSchema { Type = JsonSchemaType.String } });
    }
}
