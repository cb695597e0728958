using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Storage;

namespace DynamicSampling.Api.Dashboard;

/// <summary>Names of organizations to choose from: the first hundred, and only those that whoever asks may see.</summary>
internal sealed class KnownOrganizations(SqlOrganizationStore store)
{
    private const int Most = 100;

    public async Task<IReadOnlyList<string>> ListAsync(HttpContext http, CancellationToken cancellationToken) =>
        Caller.GrantOf(http) is { Organizations: { } own }
            ? [.. own.Order(StringComparer.Ordinal).Take(Most)]
            : [.. (await store.ListAsync(shard: null, after: null, Most, cancellationToken)).Select(organization => organization.Name)];
}
