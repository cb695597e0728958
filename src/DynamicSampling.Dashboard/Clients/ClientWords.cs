using DynamicSampling.Dashboard.Text;

namespace DynamicSampling.Dashboard.Clients;

/// <summary>What to know of clients, in words.</summary>
internal static class ClientWords
{
    /// <summary>What to do; null for nothing.</summary>
    public static string? ToDo(Obedience state) => state switch
    {
        Obedience.Ignores => "Look at how its SDK is set up: only the remote sampler, inside a parent-based one, may decide, and every process of the service needs it.",
        Obedience.NeverAsked => "The lines for that are below. Behind a Collector that asks in its place, this is as it must be.",
        Obedience.Lags => "See whether its processes still reach this service, and how often they ask: once a minute is usual.",
        _ => null,
    };

    /// <summary>The version that it was given, against the one that is served now.</summary>
    public static string Version(long? given, long served) => given switch
    {
        null => "—",
        _ when given == served => $"{Format.Count(given.Value)}, the current one",
        _ => $"{Format.Count(given.Value)} of {Format.Count(served)}",
    };

    /// <summary>Whether its volume is counted.</summary>
    public static string Counts(ClientRow client) => (client.IsExact, client.Instances) switch
    {
        (_, > 0) => $"exact: {Format.Count(client.Instances)} {(client.Instances == 1 ? "process reports" : "processes report")}",
        (true, _) => "exact",
        (false, _) => "estimated from what was kept",
        _ => "nothing in the last hour",
    };
}
