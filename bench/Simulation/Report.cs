using System.Globalization;
using System.Text;

namespace DynamicSampling.Simulation;

/// <summary>Tables of results, for people and for the documentation.</summary>
internal static class Report
{
    private const string From = "<!-- results: written by bench/Simulation, do not edit -->";
    private const string Until = "<!-- end of results -->";

    /// <summary>One line for the console.</summary>
    public static string LineOf(Play play) => string.Create(
        CultureInfo.InvariantCulture,
        $"{play.Playback.Scenario.Name,-17} {play.Name,-35} settles {Settles(play.Quality),-16} spent {play.Quality.Spent,7:P1} swings {play.Quality.SignChanges,3} most {play.Quality.Amplitude,7:P1} scatter {play.Quality.Scatter,6:P1} versions {play.Playback.Versions,5}");

    /// <summary>Replaces what stands between the markers of a document.</summary>
    public static string Insert(string document, string results)
    {
        var from = document.IndexOf(From, StringComparison.Ordinal);
        var until = document.IndexOf(Until, StringComparison.Ordinal);
        if (from < 0 || until < from)
            throw new InvalidOperationException($"The document has no lines '{From}' and '{Until}'.");
        return document[..(from + From.Length)] + "\n\n" + results + "\n" + document[until..];
    }

    /// <summary>A scenario's plot and table.</summary>
    public static string SectionOf(Scenario scenario, IReadOnlyList<Play> plays, string folder)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"### {scenario.Title}\n\n{scenario.Story}\n\n![{scenario.Title}]({folder}/{scenario.Name}.svg)\n\n");
        text.Append("| | settles after, cycles | spent of the budget | swings | largest deviation | scatter | versions |\n|---|---|---|---|---|---|---|\n");
        foreach (var play in plays)
        {
            var quality = play.Quality;
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {play.Name} | {Settles(quality)} | {quality.Spent:P1} | {quality.SignChanges} | {quality.Amplitude:P1} | {quality.Scatter:P1} | {play.Playback.Versions} |\n");
        }

        return text.Append('\n').ToString();
    }

    /// <summary>The table of clients that follow later and later.</summary>
    public static string TableOfLags(IEnumerable<Play> plays)
    {
        var text = new StringBuilder("### Late clients\n\n\"Another mix\" and \"Clients that obey only 70 %\" with clients that follow later and later, all of them at once. `Sampling:ClientLag` is 10 minutes, its default.\n\n");
        text.Append("| | clients | settles after, cycles (at most) | spent of the budget | swings |\n|---|---|---|---|---|\n");
        foreach (var play in plays)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {play.Playback.Scenario.Title} | {play.Name} | {Settles(play.Quality)} ({play.Quality.AllowedCycles}) | {play.Quality.Spent:P1} | {play.Quality.SignChanges} |\n");
        }

        return text.ToString();
    }

    private static string Settles(Quality quality) => quality.SettlingCycles.Count == 0
        ? "–"
        : string.Join(", ", quality.SettlingCycles.Select(cycles => cycles?.ToString(CultureInfo.InvariantCulture) ?? "never"));
}
