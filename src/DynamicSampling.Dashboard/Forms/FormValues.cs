using DynamicSampling.Dashboard.Text;
using DynamicSampling.Tasks.Sampling;
using Microsoft.AspNetCore.Http;

namespace DynamicSampling.Dashboard.Forms;

/// <summary>What is in the fields of a form, as it was typed, and what is wrong with it.</summary>
public sealed class FormValues
{
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly List<FieldProblem> _problems = [];

    /// <summary>What is wrong, in the order in which it was found.</summary>
    public IReadOnlyList<FieldProblem> Problems => _problems;

    /// <summary>The names of fields that have something in them.</summary>
    public IEnumerable<string> Names => _texts.Keys;

    /// <summary>The text of a field; empty when there is none.</summary>
    public string this[string field]
    {
        get => _texts.GetValueOrDefault(field, "");
        set
        {
            if (value.Length == 0)
                _texts.Remove(field);
            else
                _texts[field] = value;
        }
    }

    /// <summary>Everything that was posted, as it was typed: names may begin with a space. Of a field that comes twice the first counts.</summary>
    public static FormValues Of(IFormCollection form)
    {
        var values = new FormValues();
        foreach (var (field, texts) in form)
            values[field] = texts.Count > 0 ? texts[0] ?? "" : "";
        return values;
    }

    /// <summary>An id for a field's element, which needs no escaping.</summary>
    public static string IdOf(string field) => "f-" + field.Replace('.', '-').Replace('[', '-').Replace("]", "", StringComparison.Ordinal);

    /// <summary>What is wrong with a field; null when nothing is.</summary>
    public string? ProblemOf(string field) => _problems.Find(problem => string.Equals(problem.Field, field, StringComparison.Ordinal))?.Text;

    /// <summary>Notes what is wrong with a field. What was noted first stays.</summary>
    public void Refuse(string field, string problem)
    {
        if (ProblemOf(field) is null)
            _problems.Add(new(field, problem));
    }

    /// <summary>Notes what a check has found.</summary>
    /// <param name="problem">The problem; shares are shown in percent.</param>
    /// <param name="field">The field that it is shown at; the member's when left out.</param>
    public void Refuse(MemberProblem problem, string? field = null)
    {
        ArgumentNullException.ThrowIfNull(problem);
        var text = problem.Share is { } share ? $"must be from 0 to 100 %, but is {NumberText.OfPercent(share)} %." : problem.Text;
        Refuse(field ?? problem.Member, char.ToUpperInvariant(text[0]) + text[1..]);
    }

    /// <summary>A number; null when the field is empty, or has none in it, which is noted.</summary>
    public double? Number(string field) => Parse(field, NumberText.Parse, "1000000 or 0.5");

    /// <summary>A whole number.</summary>
    public long? Whole(string field)
    {
        if (Number(field) is not { } number)
            return null;
        if (number == Math.Truncate(number))
            return (long)Math.Clamp(number, long.MinValue, long.MaxValue);
        Refuse(field, "Must be a whole number, such as 100.");
        return null;
    }

    /// <summary>A share that is typed in percent.</summary>
    public double? Percent(string field) => Parse(field, NumberText.ParsePercent, "25 or 0.5");

    /// <summary>A time of a field of the type datetime-local, which means UTC here.</summary>
    public DateTimeOffset? Time(string field)
    {
        if (this[field].Trim() is not { Length: > 0 } text)
            return null;
        if (TimeText.Parse(text) is { } time)
            return time;
        Refuse(field, "Must be a date and time in UTC, such as 2026-11-22T10:00.");
        return null;
    }

    /// <summary>How many rows of a list have something in them. Empty ones between them are taken out, so that each row has the index of its item.</summary>
    /// <param name="list">The list's name, as in <c>tiers[0].rate</c>.</param>
    /// <param name="limit">How many rows are looked at.</param>
    /// <param name="members">The members of a row.</param>
    public int PackRows(string list, int limit, params IReadOnlyList<string> members)
    {
        var count = 0;
        for (var row = 0; row < limit; row++)
        {
            var texts = members.Select(member => this[$"{list}[{row}].{member}"]).ToList();
            if (texts.TrueForAll(string.IsNullOrWhiteSpace))
                continue;
            for (var i = 0; i < members.Count; i++)
            {
                this[$"{list}[{row}].{members[i]}"] = "";
                this[$"{list}[{count}].{members[i]}"] = texts[i];
            }

            count++;
        }

        return count;
    }

    /// <summary>Puts what is wrong into the order of the form.</summary>
    /// <param name="rank">The place of a field.</param>
    public void Sort(Func<string, int> rank)
    {
        var sorted = _problems.OrderBy(problem => rank(problem.Field)).ToList();
        _problems.Clear();
        _problems.AddRange(sorted);
    }

    private double? Parse(string field, Func<string, double?> parse, string example)
    {
        if (this[field].Trim() is not { Length: > 0 } text)
            return null;
        if (parse(text) is { } number)
            return number;
        Refuse(field, $"Must be a number, such as {example}.");
        return null;
    }
}

/// <summary>What is wrong with a field.</summary>
/// <param name="Field">The field's name.</param>
/// <param name="Text">What is wrong, and what to do.</param>
public sealed record FieldProblem(string Field, string Text);
