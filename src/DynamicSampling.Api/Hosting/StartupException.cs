namespace DynamicSampling.Api.Hosting;

/// <summary>The service cannot start, for a reason that its operator can mend; the message says how.</summary>
internal sealed class StartupException(string message) : InvalidOperationException(message)
{
    /// <summary>The message only: in the log, where in the code it was found would hide what to do.</summary>
    public override string ToString() => Message;
}
