using DynamicSampling.Tasks.Sampling.Rules;
using Microsoft.AspNetCore.Http;

namespace DynamicSampling.Dashboard.Services;

/// <summary>A trace whose rate somebody asks for, by a form that is in the address.</summary>
public sealed record TraceQuestion
{
    private const int MaxFields = 100;

    /// <summary>Whether one was asked for.</summary>
    public bool IsAsked { get; init; }

    public string Transaction { get; init; } = "";

    public string Environment { get; init; } = "";

    public string Release { get; init; } = "";

    public string Replay { get; init; } = "";

    /// <summary>Others, a line each: name=value.</summary>
    public string Others { get; init; } = "";

    /// <summary>What is wrong with <see cref="Others"/>; null when all is well.</summary>
    public string? Problem { get; init; }

    public static TraceQuestion Of(IQueryCollection query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var question = new TraceQuestion
        {
            IsAsked = query.ContainsKey("transaction"),
            Transaction = Text("transaction"),
            Environment = Text("environment"),
            Release = Text("release"),
            Replay = Text("replay"),
            Others = ((string?)query["fields"])?.ReplaceLineEndings("\n") ?? "",
        };
        return question with { Problem = question.Check() };

        string Text(string name) => ((string?)query[name])?.Trim() ?? "";
    }

    /// <summary>Asks the rules. Null when nothing was asked, or not rightly.</summary>
    public TraceAnswer? Answer(RulesDocument rules, DateTimeOffset now) => IsAsked && Problem is null ? TraceAnswer.Of(rules, ToFields(), now) : null;

    private IEnumerable<string> Lines => Others.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0);

    private string? Check()
    {
        if (Lines.Skip(MaxFields).Any())
            return $"There are more than {MaxFields} lines.";
        foreach (var line in Lines)
        {
            if (line.IndexOf('=', StringComparison.Ordinal) is var sign && sign <= 0)
                return $"“{line}” has no name and value: write a line such as trace.user=17.";
            if (!TraceFields.IsName(line[..sign].TrimEnd()))
                return $"“{line[..sign].TrimEnd()}” is no attribute: names begin with trace. or event.";
        }

        return null;
    }

    // An empty field is one that the trace does not have. Of a name that comes twice the last one counts.
    private TraceFields ToFields()
    {
        var others = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var line in Lines)
        {
            var sign = line.IndexOf('=', StringComparison.Ordinal);
            others[line[..sign].TrimEnd()] = line[(sign + 1)..].TrimStart();
        }

        return new()
        {
            Transaction = NullIfEmpty(Transaction),
            Environment = NullIfEmpty(Environment),
            Release = NullIfEmpty(Release),
            ReplayId = NullIfEmpty(Replay),
            Others = others.Count == 0 ? null : others,
        };
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
