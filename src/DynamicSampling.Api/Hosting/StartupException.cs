namespace DynamicSampling.Api.Hosting;

/// <summary>The service cannot start, for a reason that its operator can mend; the message says how.</summary>
internal sealed class StartupException(string message) : InvalidOperationException(message);
