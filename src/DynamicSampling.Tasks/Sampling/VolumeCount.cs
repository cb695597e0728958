using System.Runtime.InteropServices;

namespace DynamicSampling.Tasks.Sampling;

/// <summary>What is counted: one transaction of one project in one minute.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Project">The project's name.</param>
/// <param name="Transaction">The transaction's name.</param>
/// <param name="Minute">The minute, counted from the Unix epoch.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct VolumeKey(string Organization, string Project, string Transaction, long Minute);

/// <summary>How much of it there was.</summary>
/// <param name="Total">Root traces before sampling: finite, 0 or more.</param>
/// <param name="Kept">Root traces stored: 0 to <paramref name="Total"/>.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct VolumeCount(double Total, double Kept);
