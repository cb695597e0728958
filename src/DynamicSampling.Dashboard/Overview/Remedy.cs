using DynamicSampling.Dashboard.Routing;

namespace DynamicSampling.Dashboard.Overview;

/// <summary>What an obstacle is called, and where something can be done about it.</summary>
/// <param name="Title">In a few words.</param>
/// <param name="Action">What to do; null when there is nothing to do but to wait.</param>
/// <param name="Href">Where.</param>
internal sealed record Remedy(string Title, string? Action, string? Href)
{
    private const string Pass = "rebalance_orgs";

    public static Remedy Of(ObstacleKind kind, string organization, Links links) => kind switch
    {
        ObstacleKind.NoTraffic => new("Nothing has arrived", "Send traces", "#start"),
        ObstacleKind.TooLittleTraffic => new("Too little traffic to tell", null, null),
        ObstacleKind.NoRatesYet => new("No rates yet", "Run rebalance_orgs", links.Task(Pass)),
        ObstacleKind.KeptUnknown => new("What is kept is unknown", "See what clients send", links.Clients(organization)),
        ObstacleKind.FloorsBind => new("Minimum rates bind", "Lower the minimum rate, or raise the target", links.Settings(organization)),
        ObstacleKind.FactorAtBound => new("The correction is at its limit", "See which clients do not follow", links.Clients(organization)),
        ObstacleKind.ClientsNotFollowing => new("Clients do not follow", "See which clients do not follow", links.Clients(organization)),
        ObstacleKind.NewProjects => new("New services are kept whole", "See the services", links.Services(organization)),
        ObstacleKind.Pins => new("Pins hold rates", "Change the pins", links.Settings(organization)),
        ObstacleKind.RatesPinned => new("The rates are pinned", "End the pin", links.Settings(organization)),
        ObstacleKind.NotRecalibrated => new("No correction", "See whether the pass runs", links.Task(Pass)),
        ObstacleKind.SettingsChanged => new("The settings have changed", "Run rebalance_orgs now", links.Task(Pass)),
        ObstacleKind.SettingsUnreadable => new("The settings cannot be read", "Save them again", links.Settings(organization)),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, message: null),
    };
}
