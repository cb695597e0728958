using System.Collections.Frozen;

namespace DynamicSampling.Api.Authentication;

/// <summary>What somebody may do.</summary>
/// <param name="Name">Who, for the audit log.</param>
/// <param name="Scopes">What for.</param>
/// <param name="Organizations">For which organizations; null for all.</param>
internal sealed record Grant(string Name, Scope Scopes, FrozenSet<string>? Organizations)
{
    /// <summary>The organization that is meant where a request names none; null when that is the service's default, or cannot be told.</summary>
    public string? OnlyOrganization { get; } = Organizations is { Count: 1 } ? Organizations.Items[0] : null;

    /// <summary>Whether it is about all organizations, also those that do not exist yet.</summary>
    public bool IsForAll => Organizations is null;

    /// <summary>Whether it is for all of these.</summary>
    public bool Has(Scope scope) => (Scopes & scope) == scope || Scopes.HasFlag(Scope.Admin);

    public bool IsFor(string organization) => Organizations is null || Organizations.Contains(organization);

    /// <summary>The same without a list that counts as another one.</summary>
    public bool Equals(Grant? other) =>
        other is not null && Name == other.Name && Scopes == other.Scopes
        && (Organizations is null ? other.Organizations is null : other.Organizations is not null && Organizations.SetEquals(other.Organizations));

    public override int GetHashCode() => HashCode.Combine(Name, Scopes, Organizations?.Count);
}
