using System.Text.Json.Nodes;
using DynamicSampling.Api.Authentication;
using DynamicSampling.Tasks.Sampling.Rules;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scope = DynamicSampling.Api.Authentication.Scope;

namespace DynamicSampling.Api.OpenApi;

/// <summary>The OpenAPI document: what the framework derives from the endpoints, and what it cannot see.</summary>
internal static class ServiceOpenApi
{
    // Bodies that come in. Only they are closed: answers may gain members.
    private static readonly HashSet<string> RequestBodies = new(
        ["TaskRequest", "SettingsBody", "ProjectSettingsBody", "VolumeItem", "CustomRuleBody", "CustomRuleExtension", "RollbackBody"], StringComparer.Ordinal);

    private const string KeyScheme = "key";

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
            document.Components ??= new();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
            {
                [KeyScheme] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http,
                    Scheme = "bearer",
                    Description = "A key of this service, or a token of its issuer. Needed as soon as the service has one of them.",
                },
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<RequiredScope>().LastOrDefault() is { } required)
                AddAccess(operation, required, context.Document);
            AddPathParameters(operation, context.Description.RelativePath ?? "");
            Examples.AddTo(operation);
            AddOtherParameters(operation);
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type == typeof(RuleCondition))
                DescribeCondition(schema);
            else if (context.JsonTypeInfo.Type.IsEnum)
                schema.Type = JsonSchemaType.String;
            else if (schema.Type is null && (Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type) == typeof(DateTimeOffset))
                DescribeInstant(schema, isNullable: context.JsonTypeInfo.Type == typeof(DateTimeOffset?));
            if (schema.Type?.HasFlag(JsonSchemaType.Object) == true && !RequestBodies.Contains(context.JsonTypeInfo.Type.Name))
                schema.AdditionalPropertiesAllowed = true;
            return Task.CompletedTask;
        });
    });

    // Instants are written by converters of ours.
    private static void DescribeInstant(OpenApiSchema schema, bool isNullable)
    {
        schema.Type = isNullable ? JsonSchemaType.String | JsonSchemaType.Null : JsonSchemaType.String;
        schema.Format = "date-time";
    }

    // What may come before any endpoint. The bodies are those of its other errors.
    private static void AddAccess(OpenApiOperation operation, RequiredScope required, OpenApiDocument? document)
    {
        var scopes = required.Scope == Scope.None ? new List<string>() : [ScopeNames.Of(required.Scope)];
        operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(KeyScheme, document)] = scopes }];
        operation.Responses ??= [];
        operation.Responses.TryAdd("401", new OpenApiResponse { Description = "The key is missing or not valid." });
        operation.Responses.TryAdd("403", new OpenApiResponse
        {
            Description = scopes.Count == 0 ? "The key is not for this." : $"The key has not got the scope {scopes[0]}, or is for other organizations.",
        });
        operation.Responses.TryAdd("429", new OpenApiResponse { Description = "Too many requests of this key, address or organization; Retry-After says when to come again." });
    }

    // Conditions are read and written by a converter of their own, into which the framework cannot see.
    private static void DescribeCondition(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.Object;
        schema.Description = "What a rule asks of a trace. `and` and `or` have an array of conditions as `inner`, `not` has one; `eq` and `glob` have a `name` and a `value`.";
        schema.Required = new HashSet<string>(["op"], StringComparer.Ordinal);
        schema.Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["op"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                Enum = [JsonValue.Create("and"), JsonValue.Create("or"), JsonValue.Create("not"), JsonValue.Create("eq"), JsonValue.Create("glob")],
            },
            ["inner"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object | JsonSchemaType.Array,
                Description = $"The inner conditions, nested {RuleConditionJsonConverter.MaxDepth} deep and {RuleConditionJsonConverter.MaxConditions} of them at most.",
            },
            ["name"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                MaxLength = RuleConditionJsonConverter.MaxNameLength,
                Description = "The attribute: `trace.` or `event.` and its name, such as `event.transaction` or `trace.release`.",
            },
            ["value"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String | JsonSchemaType.Array | JsonSchemaType.Null,
                Items = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = RuleConditionJsonConverter.MaxValueLength },
                MaxItems = RuleConditionJsonConverter.MaxValues,
                Description = "The values, or the patterns with `*` and `?`, one of which must match. Null asks for a missing attribute.",
            },
            ["options"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
                {
                    ["ignoreCase"] = new OpenApiSchema { Type = JsonSchemaType.Boolean, Description = "Whether `A` is `a`; for `eq`." },
                },
            },
        };
        schema.Examples = [JsonNode.Parse("""{ "op": "eq", "name": "event.transaction", "value": ["GET /cart"], "options": { "ignoreCase": true } }""")!];
    }

    // Names bind from the raw request target, which the framework does not know for a parameter.
    private static void AddPathParameters(OpenApiOperation operation, string path)
    {
        var position = 0;
        foreach (var (name, title, example) in (ReadOnlySpan<(string, string, string)>)[("org", "organization", "acme"), ("project", "project", "checkout"), ("service", "service", "checkout")])
        {
            if (!path.Contains($"{{{name}}}", StringComparison.Ordinal))
                continue;
            operation.Parameters ??= [];
            operation.Parameters.Insert(position++, new OpenApiParameter
            {
                Name = name,
                In = ParameterLocation.Path,
                Required = true,
                Description = $"The {title}'s name: 1 to 200 characters, percent-encoded once, `/` as `%2F`.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = 200 },
                Example = JsonValue.Create(example),
            });
        }

        if (path.Contains("/custom-rules/{id", StringComparison.Ordinal)
            && operation.Parameters?.SingleOrDefault(parameter => string.Equals(parameter.Name, "id", StringComparison.Ordinal)) is OpenApiParameter id)
        {
            id.Description = "The custom rule's id.";
            id.Example = JsonValue.Create("01a204df-f73e-7a05-b34d-e3aacb60722e");
        }
    }

    private static void AddOtherParameters(OpenApiOperation operation)
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
            case "PutSettings" or "DeleteSettings" or "PutProjectSettings" or "DeleteProjectSettings":
                AddRequestHeader(operation, "If-Match", "The ETag that the stored settings must have.", "\"3a9557812feadd15\"");
                break;
            case "GetStrategy" or "GetStrategyOfOrganization":
                // Read from the query as it stands, which the framework does not see.
                AddParameter(operation, ParameterLocation.Query, "service", "The service.", "checkout", isRequired: true);
                AddRequestHeader(operation, "If-None-Match", "The ETag of the rates that the client has: 304 when they still hold.", "\"3a9557812feadd15\"");
                break;
            case "CreateCustomRule":
                AddResponseHeader(operation, "201", "Location", "The rule.");
                break;
        }

        if (operation.OperationId is "GetSettings" or "PutSettings" or "GetProjectSettings" or "PutProjectSettings")
            AddResponseHeader(operation, "200", "ETag", "Stands for the stored settings; absent when there are none.");
    }

    private static void AddRequestHeader(OpenApiOperation operation, string name, string description, string example) =>
        AddParameter(operation, ParameterLocation.Header, name, description, example, isRequired: false);

    private static void AddParameter(OpenApiOperation operation, ParameterLocation location, string name, string description, string example, bool isRequired)
    {
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = name,
            In = location,
            Required = isRequired,
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
