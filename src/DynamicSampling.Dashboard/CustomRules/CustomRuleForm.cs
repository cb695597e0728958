using System.Text.Json;
using DynamicSampling.Dashboard.Forms;
using DynamicSampling.Dashboard.Text;
using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Dashboard.CustomRules;

/// <summary>A custom rule as the fields of a form. Its condition is some lines that all hold, or JSON.</summary>
internal static class CustomRuleForm
{
    public const int Lines = 5;
    public const string Project = "project";
    public const string Description = "description";
    public const string Samples = "samples";
    public const string Hours = "hours";
    public const string Start = "start";
    public const string Json = "json";

    public const string Is = "is";
    public const string IsNot = "isNot";
    public const string Like = "like";
    public const string NotLike = "notLike";
    public const string Missing = "missing";

    // Beyond it would be no time; what is above 2 days is refused all the same.
    private const double MostHours = 1e5;
    private const int DaysToCheck = 10_000;

    public static IReadOnlyList<(string Value, string Text)> Attributes { get; } =
        [("", "—"), ("trace.transaction", "transaction"), ("trace.release", "release"), ("trace.environment", "environment"), ("trace.replay_id", "replay ID")];

    public static IReadOnlyList<(string Value, string Text)> Operators { get; } =
        [(Like, "looks like (* and ?)"), (NotLike, "does not look like"), (Is, "is"), (IsNot, "is not"), (Missing, "is missing")];

    /// <summary>A form that nobody has filled in.</summary>
    public static FormValues Empty(string? project) => new()
    {
        [Project] = project ?? "",
        [Samples] = "100",
        [Hours] = "1",
        ["conditions[0].name"] = "trace.transaction",
    };

    public static string LabelOf(string field) => field switch
    {
        Project => "Project",
        Description => "What it is for",
        Samples => "How many traces",
        Hours => "For how many hours",
        Start => "From, in UTC",
        Json => "Condition as JSON",
        "conditions" => "Which traces",
        _ => $"Condition {Format.Count(field["conditions[".Length] - '0' + 1)}",
    };

    /// <summary>The rule that a form has. What is wrong with it is noted in the form; the rule is whole only when nothing is.</summary>
    public static CustomRuleDraft Read(FormValues form, ICustomRulesEditor editor, DateTimeOffset now)
    {
        var start = form.Time(Start);
        var hours = form.Number(Hours);
        var draft = new CustomRuleDraft(
            ReadCondition(form, editor),
            form.Whole(Samples),
            start,
            hours is { } known ? EndOf(start, now, Math.Clamp(known, -MostHours, MostHours)) : null,
            form[Project] is { Length: > 0 } project ? project : null,
            form[Description].ReplaceLineEndings("\n") is { Length: > 0 } description ? description : null);
        var isUnread = form.Problems.Count > 0;
        foreach (var problem in editor.Check(draft))
        {
            // A condition that could not be read is noted where it is wrong.
            if (problem.Member != "condition" || !isUnread)
                form.Refuse(problem, FieldOf(problem.Member, form));
        }

        return draft;
    }

    // A start at the end of all time has none after it, and is refused for itself.
    private static DateTimeOffset EndOf(DateTimeOffset? start, DateTimeOffset now, double hours) =>
        (start is { } known && Math.Abs((known - now).TotalDays) < DaysToCheck ? known : now).AddHours(hours);

    private static string FieldOf(string member, FormValues form) => member switch
    {
        "end" => Hours,
        "condition" => string.IsNullOrWhiteSpace(form[Json]) ? "conditions" : Json,
        _ => member,
    };

    private static RuleCondition? ReadCondition(FormValues form, ICustomRulesEditor editor)
    {
        if (!string.IsNullOrWhiteSpace(form[Json]))
            return Read(form, Json, form[Json], editor);
        var count = 0;
        var conditions = new List<RuleCondition>();
        for (var i = 0; i < Lines; i++)
        {
            var line = $"conditions[{i}]";
            var op = form[line + ".op"];
            if (op != Missing && form[line + ".value"].Length == 0)
                continue;
            count++;
            if (form[line + ".name"].Length == 0)
                form.Refuse(line + ".name", "Choose an attribute.");
            // Read as it would be sent, so that it is checked as that is.
            else if (Read(form, line + ".value", JsonSerializer.Serialize(OfLine(form[line + ".name"], op, form[line + ".value"])), editor) is { } condition)
                conditions.Add(condition);
        }

        return conditions.Count < count || count == 0 ? null : count == 1 ? conditions[0] : new AndCondition(conditions);
    }

    private static RuleCondition OfLine(string name, string op, string value) => op switch
    {
        Missing => new EqCondition(name, Values: null),
        Is => new EqCondition(name, [value]),
        IsNot => new NotCondition(new EqCondition(name, [value])),
        NotLike => new NotCondition(new GlobCondition(name, [value])),
        _ => new GlobCondition(name, [value]),
    };

    private static RuleCondition? Read(FormValues form, string field, string json, ICustomRulesEditor editor)
    {
        var (condition, problem) = editor.ReadCondition(json);
        if (problem is not null)
            form.Refuse(field, problem);
        return condition;
    }
}
