using System.Runtime.InteropServices;

namespace DynamicSampling.Tasks.Sampling;

/// <summary>The traffic of a project in a window.</summary>
/// <param name="Project">The project's name.</param>
/// <param name="Total">Root traces before sampling.</param>
/// <param name="Kept">Root traces stored.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ProjectVolume(string Project, double Total, double Kept);
