using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>A version of rates that is kept.</summary>
/// <param name="Rates">The version.</param>
/// <param name="ProjectsChanged">How many projects it gave other rates, or took them from; null when that is not known.</param>
/// <param name="IsInForce">Whether it is the current one.</param>
internal sealed record RateVersion(OrganizationRates Rates, long? ProjectsChanged, bool IsInForce);
