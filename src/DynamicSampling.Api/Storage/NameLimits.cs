using DynamicSampling.Api.Ingest;
using DynamicSampling.Api.Limits;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Storage;

/// <summary>How many names of each kind may be stored.</summary>
internal sealed class NameLimits(IOptions<LimitsOptions> limits, IOptions<IngestOptions> ingest)
{
    /// <summary>Organizations in all.</summary>
    public int Organizations => limits.Value.MaxOrganizations;

    /// <summary>Projects of an organization.</summary>
    public int ProjectsPerOrganization => limits.Value.MaxProjectsPerOrganization;

    /// <summary>Transactions of a project in a minute.</summary>
    public int TransactionsPerProject => ingest.Value.MaxTransactionsPerProject;
}
