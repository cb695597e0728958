using System.Runtime.InteropServices;

namespace DynamicSampling.Tasks.Models;

/// <summary>A class, for instance a project or a transaction, and its volume.</summary>
/// <param name="Id">What names it; compared as it is, character by character.</param>
/// <param name="Count">Root traces before sampling: 0 or more, finite. Estimates need not be whole.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ClassVolume(string Id, double Count);
