using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>A rollback that was made.</summary>
/// <param name="Version">The new version.</param>
/// <param name="Replaced">The version that was in force before.</param>
/// <param name="ProjectsChanged">How many projects have other rates by it, or none any more.</param>
/// <param name="Pin">What keeps it in force.</param>
internal sealed record Rollback(long Version, long Replaced, int ProjectsChanged, RatesPin Pin);
