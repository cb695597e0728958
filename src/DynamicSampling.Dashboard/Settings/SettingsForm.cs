using System.Globalization;
using DynamicSampling.Dashboard.Forms;
using DynamicSampling.Dashboard.Text;
using DynamicSampling.Tasks.Models;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Dashboard.Settings;

/// <summary>An organization's settings as the fields of a form, and back. The fields have the names of the members.</summary>
internal static class SettingsForm
{
    public const string Mode = "mode";
    public const string Target = "targetSampleRate";
    public const string Budget = "monthlyBudget";
    public const string Minimum = "minimumSampleRate";
    public const string Intensity = "intensity";

    /// <summary>Says that the form has the switches of biases, as one that is off is not sent.</summary>
    public const string HasBiases = "biases";

    public const string Always = "always";
    public const string AtMost = "atMost";

    public const string PerProject = "project";
    public const string ForAll = "organization";

    private static readonly Dictionary<string, string> Labels = new(StringComparer.Ordinal)
    {
        [Mode] = "What the target is for",
        [Target] = "Keep, in % of all traces",
        [Budget] = "Traces a month",
        [Minimum] = "Minimum rate, in %",
        [Intensity] = "Balance of transactions, in %",
        ["tiers"] = "Rates by volume",
        ["pins"] = "Pins",
        ["monthlyVolume"] = "up to traces a month",
        ["rate"] = "keep, in %",
        ["project"] = "project",
        ["transaction"] = "transaction",
        ["kind"] = "what holds",
        ["maximumSampleRate"] = "never above, in %",
        ["until"] = "until",
    };

    /// <summary>What a field is called.</summary>
    public static string LabelOf(string field)
    {
        if (BiasFields.All.FirstOrDefault(bias => string.Equals(bias.Field, field, StringComparison.Ordinal)) is { } known)
            return known.Title;
        var member = field.IndexOf("].", StringComparison.Ordinal);
        return member < 0
            ? Labels.GetValueOrDefault(field, field)
            : $"{(field[0] == 't' ? "Tier" : "Pin")} {Format.Count(RowOf(field) + 1)}, {Labels.GetValueOrDefault(field[(member + 2)..], "?")}";
    }

    /// <summary>Whether a field is one of the settings, and not what the form has besides.</summary>
    public static bool IsMember(string field) => field is not ("action" or "version" or "confirm" or HasBiases) && !field.StartsWith('_');

    /// <summary>The fields of settings.</summary>
    public static FormValues Of(OrganizationSettings? settings)
    {
        var form = new FormValues
        {
            [Mode] = settings?.Mode == SamplingMode.Project ? PerProject : ForAll,
            [Target] = Percent(settings?.TargetSampleRate),
            [Budget] = settings?.MonthlyBudget is { } budget ? NumberText.Of(budget) : "",
            [Minimum] = Percent(settings?.MinimumSampleRate),
            [Intensity] = Percent(settings?.Intensity),
        };
        foreach (var bias in BiasFields.All)
            form[bias.Field] = settings?.Biases is { } biases && bias.Get(biases) == false ? "" : BiasFields.On;
        for (var i = 0; i < (settings?.Tiers?.Count ?? 0); i++)
        {
            form[$"tiers[{i}].monthlyVolume"] = NumberText.Of(settings!.Tiers![i].MonthlyVolume);
            form[$"tiers[{i}].rate"] = Percent(settings.Tiers[i].Rate);
        }

        for (var i = 0; i < (settings?.Pins?.Count ?? 0); i++)
        {
            var pin = settings!.Pins![i];
            form[$"pins[{i}].project"] = pin.Project;
            form[$"pins[{i}].transaction"] = pin.Transaction ?? "";
            form[$"pins[{i}].kind"] = pin.Always ? Always : AtMost;
            form[$"pins[{i}].maximumSampleRate"] = Percent(pin.MaximumSampleRate);
            form[$"pins[{i}].until"] = pin.Until is { } until ? TimeText.Of(until) : "";
        }

        return form;
    }

    /// <summary>The settings that a form has. What is wrong with it is noted in the form; the settings are whole only when nothing is.</summary>
    public static OrganizationSettings Read(FormValues form)
    {
        var settings = new OrganizationSettings
        {
            Mode = form[Mode] switch
            {
                PerProject => SamplingMode.Project,
                "" or ForAll => SamplingMode.Organization,
                _ => (SamplingMode)(-1),
            },
            TargetSampleRate = form.Percent(Target),
            Tiers = ReadTiers(form),
            MonthlyBudget = form.Number(Budget),
            MinimumSampleRate = form.Percent(Minimum),
            Intensity = form.Percent(Intensity),
            Biases = ReadBiases(form),
            Pins = ReadPins(form),
        };
        foreach (var problem in SettingsCheck.Problems(settings))
            form.Refuse(problem, FieldOf(problem.Member));
        form.Sort(RankOf);
        return settings;
    }

    /// <summary>How many rows of a list to show: those with something in them and some for more.</summary>
    public static int RowsOf(FormValues form, string list, int limit) =>
        Math.Min(limit, 3 + (form.Names.Where(name => name.StartsWith(list + "[", StringComparison.Ordinal)).Select(name => (int?)RowOf(name)).Max() + 1 ?? 0));

    // From the top of the page down, and from left to right.
    private static int RankOf(string field) => field switch
    {
        Target => 0,
        _ when field.StartsWith("tiers", StringComparison.Ordinal) => 1,
        Budget => 2,
        Mode => 3,
        Intensity => 4,
        Minimum => 5,
        _ => 6,
    };

    private static string FieldOf(string member) => member.StartsWith("pins[", StringComparison.Ordinal) && member.EndsWith(']') ? member + ".project" : member;

    private static int RowOf(string field)
    {
        var start = field.IndexOf('[', StringComparison.Ordinal) + 1;
        var end = field.IndexOf(']', StringComparison.Ordinal);
        return end > start && int.TryParse(field.AsSpan(start, end - start), NumberStyles.None, CultureInfo.InvariantCulture, out var row)
            ? Math.Min(row, SettingsCheck.MaxPins)
            : 0;
    }

    private static List<VolumeTier>? ReadTiers(FormValues form)
    {
        var count = form.PackRows("tiers", SettingsCheck.MaxTiers + 1, "monthlyVolume", "rate");
        if (count == 0)
            return null;
        var tiers = new List<VolumeTier>();
        for (var i = 0; i < count; i++)
            tiers.Add(new(Required(form.Number, $"tiers[{i}].monthlyVolume"), Required(form.Percent, $"tiers[{i}].rate")));
        return tiers;

        double Required(Func<string, double?> read, string field)
        {
            if (string.IsNullOrWhiteSpace(form[field]))
                form.Refuse(field, "Fill in both, or neither.");
            return read(field) ?? double.NaN;
        }
    }

    private static List<Pin>? ReadPins(FormValues form)
    {
        for (var i = 0; i <= SettingsCheck.MaxPins; i++)
        {
            // A choice is always sent; alone it is no pin.
            if (string.IsNullOrWhiteSpace(form[$"pins[{i}].project"] + form[$"pins[{i}].transaction"] + form[$"pins[{i}].maximumSampleRate"] + form[$"pins[{i}].until"]))
                form[$"pins[{i}].kind"] = "";
        }

        var count = form.PackRows("pins", SettingsCheck.MaxPins + 1, "project", "transaction", "kind", "maximumSampleRate", "until");
        if (count == 0)
            return null;
        var pins = new List<Pin>();
        for (var i = 0; i < count; i++)
            pins.Add(ReadPin(form, $"pins[{i}]"));
        return pins;
    }

    private static Pin ReadPin(FormValues form, string row)
    {
        var isAlways = form[row + ".kind"] is Always or "";
        var maximum = form.Percent(row + ".maximumSampleRate");
        if (!isAlways && string.IsNullOrWhiteSpace(form[row + ".maximumSampleRate"]))
            form.Refuse(row + ".maximumSampleRate", "Say above which rate it is never served.");
        if (isAlways && maximum is not null)
            form.Refuse(row + ".kind", "Either it is always kept, or there is a rate that it is never above.");
        return new(
            form[row + ".project"],
            form[row + ".transaction"] is { Length: > 0 } transaction ? transaction : null,
            isAlways,
            // One that is noted already needs no second message.
            isAlways ? null : maximum ?? 0,
            form.Time(row + ".until"));
    }

    // Where a form does not have them, they are as they are by default.
    private static BiasSettings? ReadBiases(FormValues form)
    {
        if (form[HasBiases].Length == 0)
            return null;
        var biases = new BiasSettings();
        foreach (var bias in BiasFields.All)
            biases = bias.Set(biases, form[bias.Field].Length > 0 ? null : false);
        return biases == new BiasSettings() ? null : biases;
    }

    private static string Percent(double? share) => share is { } known ? NumberText.OfPercent(known) : "";
}
