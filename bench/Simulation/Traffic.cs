using System.Runtime.InteropServices;

namespace DynamicSampling.Simulation;

/// <summary>One kind of traffic: a transaction of a project.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TrafficClass(string Project, string Transaction);

/// <summary>How many root traces of a class arrive in a minute.</summary>
/// <param name="Class">The index of the class in its scenario.</param>
/// <param name="Count">Before sampling.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Arrival(int Class, double Count);
