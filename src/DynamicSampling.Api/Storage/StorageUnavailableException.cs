namespace DynamicSampling.Api.Storage;

/// <summary>The database cannot be used now: the message says why, and what to do. Nothing is wrong with what was asked.</summary>
internal sealed class StorageUnavailableException(string message, Exception inner) : Exception(message, inner);
