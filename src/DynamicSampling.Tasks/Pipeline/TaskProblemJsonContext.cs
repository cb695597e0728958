using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;

namespace DynamicSampling.Tasks.Pipeline;

/// <summary>Serialization of the pipeline's answers for hosts that use source-generated JSON only.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProblemDetails))]
[JsonSerializable(typeof(TaskProblemDetails))]
internal sealed partial class TaskProblemJsonContext : JsonSerializerContext;
