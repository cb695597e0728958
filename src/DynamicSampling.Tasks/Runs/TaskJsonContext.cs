using System.Text.Json.Serialization;
using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Tasks.Runs;

/// <summary>Serialization of runs and their statistics for hosts that use source-generated JSON only.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TaskRun))]
[JsonSerializable(typeof(IReadOnlyList<TaskRun>))]
[JsonSerializable(typeof(TaskSnapshot))]
public sealed partial class TaskJsonContext : JsonSerializerContext;
