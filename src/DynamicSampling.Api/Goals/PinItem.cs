using System.Text.Json.Serialization;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Goals;

/// <summary>What keeps rates in force after a rollback.</summary>
/// <param name="Version">The earlier version whose rates they are.</param>
/// <param name="Until">When it ends by itself; then the next pass publishes as usual.</param>
/// <param name="By">Who rolled back.</param>
internal sealed record PinItem(
    long Version, [property: JsonConverter(typeof(UtcMillisecondsJsonConverter))] DateTimeOffset Until, string By)
{
    /// <summary>Null for none.</summary>
    public static PinItem? Of(RatesPin? pin) => pin is null ? null : new(pin.Version, pin.Until, pin.By);
}
