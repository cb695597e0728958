namespace DynamicSampling.Api.CommandLine;

/// <summary>Finds what somebody may have meant.</summary>
internal static class Similar
{
    /// <summary>The candidate that the fewest edits make of a name, letters of either case alike; null when that is too far.</summary>
    /// <param name="name">The name.</param>
    /// <param name="candidates">What there is.</param>
    /// <param name="share">How many edits are not too many, as a share of the name's length. Two never are.</param>
    public static string? Find(string name, IEnumerable<string> candidates, double share)
    {
        var best = candidates
            .Select(candidate => (Name: candidate, Edits: Edits(name.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .OrderBy(candidate => candidate.Edits)
            .FirstOrDefault();
        return best.Name is not null && best.Edits <= Math.Max(2, name.Length * share) ? best.Name : null;
    }

    // Levenshtein's distance, a row at a time.
    private static int Edits(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[to.Length];
    }
}
