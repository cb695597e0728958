using System.Runtime.InteropServices;

namespace DynamicSampling.Tasks.Models;

/// <summary>A class of traces whose rate a factor multiplies: at factor f it is served clamp(rate × f, minimum, maximum).</summary>
/// <param name="Count">Root traces before sampling: 0 or more, finite.</param>
/// <param name="Rate">Its rate at factor 1, before the limits: 0 to 1.</param>
/// <param name="Minimum">The least rate it is served, 0 to 1.</param>
/// <param name="Maximum">
/// The largest rate it is served, 0 to 1, not less than the minimum. If it equals the minimum, the class does not respond to the factor.
/// </param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FactorClass(double Count, double Rate, double Minimum, double Maximum);
