namespace DynamicSampling.Api.Ingest;

/// <summary>An item of a request for volumes is not right; it names the item and the member.</summary>
internal sealed class InvalidVolumeException(string? member, string problem, Exception? inner = null)
    : Exception(member is null ? problem : $"{member} {problem}", inner)
{
    public string? Member { get; } = member;

    /// <summary>The place in the array, from 0.</summary>
    public long? Item { get; init; }

    /// <summary>The line, from 1.</summary>
    public long? Line { get; init; }

    public InvalidVolumeException AtItem(long item) => new(Member, Problem, InnerException) { Item = item };

    public InvalidVolumeException AtLine(long line) => new(Member, Problem, InnerException) { Line = line };

    public string Detail => (Item, Line) switch
    {
        ({ } item, _) => $"Item [{item}]: {Message}. Nothing of this request was counted.",
        (_, { } line) => $"Line {line}: {Message}. Nothing of this request was counted.",
        _ => $"{Message}. Nothing of this request was counted.",
    };

    /// <summary>The same for programs.</summary>
    public Dictionary<string, object?> Extensions
    {
        get
        {
            var extensions = new Dictionary<string, object?>(StringComparer.Ordinal);
            if (Item is not null)
                extensions.Add("item", Item);
            if (Line is not null)
                extensions.Add("line", Line);
            if (Member is not null)
                extensions.Add("member", Member);
            return extensions;
        }
    }

    private string Problem { get; } = problem;
}
