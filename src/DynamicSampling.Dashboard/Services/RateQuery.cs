using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace DynamicSampling.Dashboard.Services;

/// <summary>What somebody wants to see of a table of rates. It is all in the address, so that it can be linked; what makes no sense there is as if it were not there.</summary>
public sealed record RateQuery
{
    /// <summary>Rows on a page.</summary>
    public const int PageSize = 50;

    private const RateColumn DefaultSort = RateColumn.Total;

    /// <summary>Whether transactions are told apart.</summary>
    public bool ByTransaction { get; init; }

    /// <summary>A part of names, in upper or lower case; empty for all.</summary>
    public string Search { get; init; } = "";

    public RateColumn Sort { get; init; } = DefaultSort;

    public bool Descending { get; init; } = true;

    /// <summary>The page, from 1.</summary>
    public int Page { get; init; } = 1;

    public VolumeWindow Window { get; init; }

    /// <summary>Reads it from an address.</summary>
    public static RateQuery Of(IQueryCollection query)
    {
        ArgumentNullException.ThrowIfNull(query);
        string? sort = query["sort"];
        var descending = sort?.StartsWith('-') != false;
        // By one name: numbers and lists would be taken, too.
        var isColumn = Enum.TryParse<RateColumn>(sort?.TrimStart('-'), ignoreCase: true, out var column) && sort!.TrimStart('-').All(char.IsAsciiLetter);
        return new()
        {
            ByTransaction = query["by"] == "transaction",
            Search = ((string?)query["q"])?.Trim() ?? "",
            Sort = isColumn ? column : DefaultSort,
            Descending = !isColumn || descending,
            Page = int.TryParse(query["page"], NumberStyles.None, CultureInfo.InvariantCulture, out var page) ? Math.Max(1, page) : 1,
            Window = query["volumes"] == "rates" ? VolumeWindow.OfRates : VolumeWindow.LastHour,
        };
    }

    /// <summary>Sorted by a column: the other way round if it is already, else numbers from the largest and names from the first.</summary>
    public RateQuery By(RateColumn column) => this with
    {
        Sort = column,
        Descending = column == Sort ? !Descending : column is not (RateColumn.Service or RateColumn.Transaction or RateColumn.Why),
        Page = 1,
    };

    /// <summary>The value of `sort`.</summary>
    public string SortValue => (Descending ? "-" : "") + Sort.ToString().ToLowerInvariant();

    /// <summary>As the query part of an address, without what goes without saying.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        if (ByTransaction)
            Add("by", "transaction");
        if (Search.Length > 0)
            Add("q", Search);
        if (Window == VolumeWindow.OfRates)
            Add("volumes", "rates");
        if (Sort != DefaultSort || !Descending)
            Add("sort", SortValue);
        if (Page > 1)
            Add("page", Page.ToString(CultureInfo.InvariantCulture));
        return text.ToString();

        void Add(string name, string value) => text.Append(text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
    }
}

/// <summary>The columns of a table of rates.</summary>
public enum RateColumn
{
    Service,
    Transaction,
    Total,
    Kept,
    Rate,
    Before,
    Share,
    Why,
    Target,
}
