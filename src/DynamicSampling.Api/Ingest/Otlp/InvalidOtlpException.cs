namespace DynamicSampling.Api.Ingest.Otlp;

/// <summary>A body is no request of OTLP; nothing of it is counted.</summary>
internal sealed class InvalidOtlpException(string message, Exception? inner = null) : Exception(message, inner);
