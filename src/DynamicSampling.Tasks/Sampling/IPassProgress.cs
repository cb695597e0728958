namespace DynamicSampling.Tasks.Sampling;

/// <summary>Remembers where a pass over all organizations stopped, so that the next one starts there.</summary>
public interface IPassProgress
{
    /// <summary>The last organization that was handled; null when the last pass came to its end.</summary>
    Task<string?> FindAsync(string task, CancellationToken cancellationToken);

    /// <summary>Remembers the last organization that was handled; null for none.</summary>
    Task SaveAsync(string task, string? organization, CancellationToken cancellationToken);
}
