using System.Runtime.InteropServices;

namespace DynamicSampling.Tasks.Sampling;

/// <summary>Names a project.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Project">The project's name.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ProjectKey(string Organization, string Project);

/// <summary>The traffic of a project in a window.</summary>
/// <param name="Key">The project.</param>
/// <param name="Total">Root traces before sampling.</param>
/// <param name="Kept">Root traces stored.</param>
/// <param name="Names">How many transactions had traffic; 0 when that was not asked for.</param>
/// <param name="Transactions">Some of them, largest first; empty when that was not asked for.</param>
public sealed record ProjectVolume(ProjectKey Key, double Total, double Kept, long Names, IReadOnlyList<TransactionVolume> Transactions);

/// <summary>The traffic of a transaction in a window.</summary>
/// <param name="Transaction">The transaction's name.</param>
/// <param name="Total">Root traces before sampling.</param>
/// <param name="Kept">Root traces stored.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TransactionVolume(string Transaction, double Total, double Kept);

/// <summary>Which transactions of a project are of interest.</summary>
/// <param name="Largest">How many of the largest.</param>
/// <param name="Smallest">How many of the smallest.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TopTransactions(int Largest, int Smallest);

/// <summary>The traffic of a transaction in one minute.</summary>
/// <param name="Project">The project's name.</param>
/// <param name="Transaction">The transaction's name.</param>
/// <param name="Minute">The minute, counted from the Unix epoch.</param>
/// <param name="Total">Root traces before sampling.</param>
/// <param name="Kept">Root traces stored.</param>
/// <param name="IsExact">Whether these are true counts, and not estimates from what was kept.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TransactionMinute(string Project, string Transaction, long Minute, double Total, double Kept, bool IsExact = true);

/// <summary>The traffic of an organization in a window.</summary>
/// <param name="Total">Root traces before sampling.</param>
/// <param name="Kept">Root traces stored.</param>
/// <param name="IsExact">Whether every minute of it is a true count.</param>
/// <param name="FirstMinute">The first minute with traffic that is known, also before the window; null for none.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct OrganizationVolume(double Total, double Kept, bool IsExact, long? FirstMinute);
