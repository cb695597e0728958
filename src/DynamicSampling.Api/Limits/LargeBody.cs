namespace DynamicSampling.Api.Limits;

/// <summary>Metadata of endpoints that take as much as <c>Ingest:MaxBodyBytes</c>; all others take <see cref="LimitsOptions.MaxSettingsBytes"/>.</summary>
internal sealed class LargeBody;
