using System.Runtime.InteropServices;
using DynamicSampling.Dashboard.Text;

namespace DynamicSampling.Dashboard.Services;

/// <summary>A page of a table of rates.</summary>
/// <param name="Rows">Its rows, in order.</param>
/// <param name="Number">The page, from 1.</param>
/// <param name="Pages">How many there are, 1 or more.</param>
/// <param name="Found">How many rows the search finds on all of them.</param>
/// <param name="All">How many rows there are without the search.</param>
/// <param name="Budget">Traces that all rows together keep at their rates.</param>
public sealed record RatePage(IReadOnlyList<RateRow> Rows, int Number, int Pages, int Found, int All, double Budget)
{
    /// <summary>A row's share of all that is kept, 0 to 1.</summary>
    public double ShareOf(RateRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return Budget > 0 ? row.Expected / Budget : 0;
    }

    /// <summary>Which rows these are: "51–100 of 10,000".</summary>
    public string Range => Found == 0 ? "none" : string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{Format.Count(First)}–{Format.Count(First + Rows.Count - 1)} of {Format.Count(Found)}");

    private int First => ((Number - 1) * RateQuery.PageSize) + 1;
}

/// <summary>Searches, sorts and pages. All rows of an organization are there at once, since what they are sorted by comes from rates and volumes together.</summary>
internal static class RateList
{
    public static RatePage Select(RateTable table, RateQuery query)
    {
        var found = new List<Keyed>(table.Rows.Count);
        double budget = 0;
        foreach (var row in table.Rows)
        {
            budget += row.Expected;
            if (Matches(row, query.Search))
                found.Add(new(row, NumberOf(row, query.Sort), TextOf(row, query.Sort, table)));
        }

        // Nothing to compare comes last, whichever way. Names come from A to Z where all else is equal.
        var direction = query.Descending ? -1 : 1;
        found.Sort((left, right) =>
        {
            if (left.Number.HasValue != right.Number.HasValue)
                return left.Number.HasValue ? -1 : 1;
            var order = direction * Nullable.Compare(left.Number, right.Number);
            if (order == 0 && left.Text is not null)
                order = direction * Compare(left.Text, right.Text);
            if (order == 0)
                order = Compare(left.Row.Name, right.Row.Name);
            return order != 0 ? order : Compare(left.Row.Project, right.Row.Project);
        });
        var pages = Math.Max(1, (found.Count + RateQuery.PageSize - 1) / RateQuery.PageSize);
        var page = Math.Min(query.Page, pages);
        return new(
            [.. found.Skip((page - 1) * RateQuery.PageSize).Take(RateQuery.PageSize).Select(keyed => keyed.Row)], page, pages, found.Count, table.Rows.Count, budget);
    }

    private static bool Matches(RateRow row, string search) =>
        search.Length == 0
        || row.Project.Contains(search, StringComparison.OrdinalIgnoreCase)
        || row.Transaction?.Contains(search, StringComparison.OrdinalIgnoreCase) == true;

    private static double? NumberOf(RateRow row, RateColumn column) => column switch
    {
        RateColumn.Total => row.Total,
        RateColumn.Kept => row.Kept,
        RateColumn.Rate => row.Rate,
        RateColumn.Before => row.Before,
        RateColumn.Share => row.Expected,
        RateColumn.Target => row.Target?.Rate,
        _ => 0,
    };

    private static string? TextOf(RateRow row, RateColumn column, RateTable table) => column switch
    {
        RateColumn.Service => row.Project,
        RateColumn.Transaction => row.Transaction ?? "",
        RateColumn.Why => RateWords.Why(row, table),
        _ => null,
    };

    private static int Compare(string? left, string? right)
    {
        var order = string.Compare(left, right, StringComparison.OrdinalIgnoreCase);
        return order != 0 ? order : string.CompareOrdinal(left, right);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Keyed(RateRow Row, double? Number, string? Text);
}
