using System.Collections.Concurrent;
using DynamicSampling.Tasks.Sampling;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace DynamicSampling.Api.Storage;

/// <summary>Which stored settings were unreadable when they were last read. Their organizations keep the rates they have.</summary>
internal sealed class SettingsErrors : IHealthCheck
{
    private const int MaxNames = 100;

    private readonly ConcurrentDictionary<ProjectKey, string> _errors = new();

    /// <summary>Notes what a reading came to; a project of the empty name stands for the organization itself.</summary>
    public void Note(string organization, string project, string? error)
    {
        var key = new ProjectKey(organization, project);
        if (error is null)
        {
            if (!_errors.IsEmpty)
                _errors.TryRemove(key, out _);
        }
        else if (_errors.Count < MaxNames || _errors.ContainsKey(key))
        {
            _errors[key] = error;
        }
    }

    /// <summary>Forgets an organization that is gone, with its projects.</summary>
    public void Forget(string organization)
    {
        foreach (var key in _errors.Keys.Where(key => string.Equals(key.Organization, organization, StringComparison.Ordinal)))
            _errors.TryRemove(key, out _);
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var errors = _errors.OrderBy(error => error.Key.Organization, StringComparer.Ordinal).ThenBy(error => error.Key.Project, StringComparer.Ordinal).ToList();
        return Task.FromResult(errors.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded(
            $"Settings that cannot be read, so that the rates stay as they are: {string.Join("; ", errors.Select(Describe))}"));
    }

    private static string Describe(KeyValuePair<ProjectKey, string> error) => error.Key.Project.Length == 0
        ? $"organization '{error.Key.Organization}': {error.Value}"
        : $"project '{error.Key.Project}' of organization '{error.Key.Organization}': {error.Value}";
}
