namespace DynamicSampling.Api.Ingest.Otlp;

/// <summary>A body is no ExportTraceServiceRequest; nothing of it is counted.</summary>
internal sealed class InvalidOtlpException(string message, Exception? inner = null) : Exception(message, inner);
