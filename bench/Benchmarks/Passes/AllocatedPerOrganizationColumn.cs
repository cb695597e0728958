using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace DynamicSampling.Benchmarks.Passes;

/// <summary>What of the allocation is one organization's.</summary>
internal sealed class AllocatedPerOrganizationColumn : IColumn
{
    public string Id => nameof(AllocatedPerOrganizationColumn);

    public string ColumnName => "Alloc/Organization";

    public string Legend => "Allocated memory per organization";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Metric;

    public int PriorityInCategory => int.MaxValue;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Size;

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => GetValue(summary, benchmarkCase, SummaryStyle.Default);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) =>
        summary[benchmarkCase]?.GcStats.GetBytesAllocatedPerOperation(benchmarkCase) is { } bytes
            && benchmarkCase.Parameters[nameof(PassBenchmarks.Organizations)] is int organizations
            ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0 / organizations:N1} KB")
            : "NA";
}
