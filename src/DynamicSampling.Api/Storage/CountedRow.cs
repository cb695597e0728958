using System.Runtime.InteropServices;

namespace DynamicSampling.Api.Storage;

/// <summary>A row of volumes.</summary>
/// <param name="Project">The project's id.</param>
/// <param name="Minute">The minute since the Unix epoch.</param>
/// <param name="Transaction">The transaction's id.</param>
/// <param name="Total">Root traces before sampling.</param>
/// <param name="Kept">Root traces stored.</param>
/// <param name="Kind">One of <see cref="VolumeKind"/>.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CountedRow(long Project, long Minute, long Transaction, double Total, double Kept, long Kind)
{
    /// <summary>The order of the primary key: that is how pages of it are written once.</summary>
    public static int ByKey(CountedRow left, CountedRow right) =>
        left.Project != right.Project ? left.Project.CompareTo(right.Project)
        : left.Minute != right.Minute ? left.Minute.CompareTo(right.Minute)
        : left.Transaction.CompareTo(right.Transaction);

    /// <summary>Rows by column, for a statement.</summary>
    public static Array[] Columns(IReadOnlyList<CountedRow> rows)
    {
        var (projects, minutes, transactions) = (new long[rows.Count], new long[rows.Count], new long[rows.Count]);
        var (totals, kepts, kinds) = (new double[rows.Count], new double[rows.Count], new long[rows.Count]);
        for (var i = 0; i < rows.Count; i++)
            (projects[i], minutes[i], transactions[i], totals[i], kepts[i], kinds[i]) = (rows[i].Project, rows[i].Minute, rows[i].Transaction, rows[i].Total, rows[i].Kept, rows[i].Kind);
        return [projects, minutes, transactions, totals, kepts, kinds];
    }
}
