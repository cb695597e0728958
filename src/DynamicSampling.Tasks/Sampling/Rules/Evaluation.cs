using System.Runtime.InteropServices;

namespace DynamicSampling.Tasks.Sampling.Rules;

/// <summary>Which rate a trace gets, and by which rules.</summary>
/// <param name="Rate">The rate, 0 to 1; null when no rule decides.</param>
/// <param name="Rules">The rules that took part, in their order; the last one decided.</param>
public sealed record Evaluation(double? Rate, IReadOnlyList<AppliedRule> Rules);

/// <summary>A rule that took part in an evaluation.</summary>
/// <param name="Id">The rule's id.</param>
/// <param name="Type">What its value means.</param>
/// <param name="Value">Its value at that instant; 1 for a reservoir that took the trace.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct AppliedRule(int Id, SamplingValueType Type, double Value);
