namespace DynamicSampling.Tasks.Sampling;

/// <summary>What the sampling tasks read of the settings.</summary>
public interface ISettingsStore
{
    /// <summary>The stored settings of an organization; null when there are none.</summary>
    Task<OrganizationSettings?> FindAsync(string organization, CancellationToken cancellationToken);
}
