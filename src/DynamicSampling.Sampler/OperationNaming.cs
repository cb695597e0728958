using OpenTelemetry.Trace;

namespace DynamicSampling.Sampler;

/// <summary>Names the operation of a root span that is about to start.</summary>
/// <param name="parameters">What is known of the span: its kind, the name that it starts with, and its first tags.</param>
/// <returns>The name that the span will have at its end; null when it is not known.</returns>
public delegate string? OperationNaming(in SamplingParameters parameters);
