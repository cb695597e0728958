namespace DynamicSampling.Tasks.Runtime;

/// <summary>Who cancelled a run first; that decides how it is reported.</summary>
internal enum CancelReason
{
    None,
    Budget,
    Caller,
    Operator,
    Shutdown,
}
