namespace DynamicSampling.Dashboard.Routing;

/// <summary>Marks an endpoint of the dashboard, and says who may use it. The service that mounts it sees to that.</summary>
/// <param name="Access">Who may.</param>
/// <param name="IsStream">Whether its answers go on until the client leaves.</param>
public sealed record DashboardEndpoint(DashboardAccess Access, bool IsStream = false);

/// <summary>Who may use an endpoint of the dashboard. One with an organization in its path is about that one only.</summary>
public enum DashboardAccess
{
    /// <summary>Everybody: styles and scripts.</summary>
    Everybody,

    /// <summary>Whoever may look at something; the page shows what he may see.</summary>
    Look,

    /// <summary>Whoever may look at all organizations.</summary>
    LookAtAll,

    /// <summary>Whoever may change something; the form carries an antiforgery token.</summary>
    Change,
}
