using System.Globalization;
using System.Text;

namespace DynamicSampling.Simulation;

/// <summary>A plot of what was kept, as SVG that is readable on light and dark pages.</summary>
internal static class Chart
{
    private const int Width = 860;
    private const int Height = 360;
    private const int Left = 56;
    private const int Right = 12;
    private const int Top = 62;
    private const int Bottom = 44;
    private const int PlotWidth = Width - Left - Right;
    private const int PlotHeight = Height - Top - Bottom;

    // Above so many times the target lines are cut off.
    private const double MostTargets = 5;

    // A longer series shows the least and the most of every so many minutes.
    private const int MaxColumns = 240;

    private const string Style =
        """
        <style>
        .page{fill:#fff}.frame{fill:none;stroke:#d1d9e0}.grid{stroke:#d1d9e0;stroke-width:.5}text{fill:#1f2328;font:12px system-ui,sans-serif}
        .line{fill:none;stroke-width:1.8;stroke-linejoin:round}.target{stroke:#1f2328;stroke-dasharray:6 4;stroke-width:1.2}
        .s0{stroke:#0550ae}.s1{stroke:#218bff}.s2{stroke:#8250df}.s3{stroke:#1a7f37;stroke-dasharray:2 3}
        .s4{stroke:#d1242f;stroke-width:1.3}.s5{stroke:#bf8700;stroke-width:1.3;stroke-dasharray:8 3}.s6{stroke:#818b98;stroke-width:1.3;stroke-dasharray:1 3}
        @media(prefers-color-scheme:dark){.page{fill:#0d1117}.frame,.grid{stroke:#3d444d}text{fill:#f0f6fc}.target{stroke:#f0f6fc}
        .s0{stroke:#388bfd}.s1{stroke:#79c0ff}.s2{stroke:#bc8cff}.s3{stroke:#3fb950}.s4{stroke:#f85149}.s5{stroke:#d29922}.s6{stroke:#9198a1}}
        </style>
        """;

    public static string Draw(Scenario scenario, IReadOnlyList<Play> plays)
    {
        var most = plays.Max(play => Enumerable.Range(0, scenario.Minutes).Max(play.Playback.AchievedAt));
        var step = 0.05;
        most = Math.Ceiling((Math.Clamp(most, 1.5 * scenario.Target, MostTargets * scenario.Target) / step) - 1e-9) * step;
        if (most > 0.3)
            step = 0.1;
        var svg = new StringBuilder();
        Line(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" role=\"img\"><title>{scenario.Title}: the share of traces kept, by minute</title>");
        svg.Append(Style).Append('\n');
        Line(svg, $"<rect class=\"page\" width=\"{Width}\" height=\"{Height}\"/>");
        Line(svg, $"<clipPath id=\"plot\"><rect x=\"{Left}\" y=\"{Top}\" width=\"{PlotWidth}\" height=\"{PlotHeight}\"/></clipPath>");
        for (var share = 0.0; share <= most * 1.0001; share += step)
        {
            Line(svg, $"<path class=\"grid\" d=\"M{Left} {Y(share, most):0.#}h{PlotWidth}\"/>");
            Line(svg, $"<text x=\"{Left - 6}\" y=\"{Y(share, most) + 4:0.#}\" text-anchor=\"end\">{share * 100:0} %</text>");
        }

        var inHours = scenario.Minutes > 300;
        var every = inHours ? 180 : scenario.Minutes > 120 ? 20 : 10;
        for (var minute = 0; minute <= scenario.Minutes; minute += every)
        {
            Line(svg, $"<path class=\"grid\" d=\"M{X(minute, scenario):0.#} {Top}v{PlotHeight}\"/>");
            Line(svg, $"<text x=\"{X(minute, scenario):0.#}\" y=\"{Top + PlotHeight + 16}\" text-anchor=\"middle\">{(inHours ? minute / 60 : minute)}</text>");
        }

        Line(svg, $"<text x=\"{Left + (PlotWidth / 2)}\" y=\"{Height - 8}\" text-anchor=\"middle\">{(inHours ? "hours" : "minutes")}</text>");
        Line(svg, $"<text transform=\"translate(14 {Top + (PlotHeight / 2)}) rotate(-90)\" text-anchor=\"middle\">traces kept</text>");
        Line(svg, $"<rect class=\"frame\" x=\"{Left}\" y=\"{Top}\" width=\"{PlotWidth}\" height=\"{PlotHeight}\"/>");
        svg.Append("<g clip-path=\"url(#plot)\">\n");
        // Ours last, so that they lie on top.
        for (var i = plays.Count - 1; i >= 0; i--)
            Line(svg, $"<polyline class=\"line s{i}\" points=\"{Points(plays[i].Playback, most)}\"/>");
        Line(svg, $"<path class=\"target\" d=\"M{Left} {Y(scenario.Target, most):0.#}h{PlotWidth}\"/>");
        svg.Append("</g>\n");
        Legend(svg, plays);
        return svg.Append("</svg>\n").ToString();
    }

    private static void Legend(StringBuilder svg, IReadOnlyList<Play> plays)
    {
        Line(svg, $"<path class=\"target\" d=\"M{Left} 18h22\"/><text x=\"{Left + 28}\" y=\"22\">target</text>");
        for (var i = 0; i < plays.Count; i++)
        {
            var isOurs = plays[i].Playback.Controller == Controller.Ours;
            var x = isOurs ? Left + 90 + (i * 110) : Left + ((i - 4) * 250);
            var y = isOurs ? 18 : 42;
            Line(svg, $"<path class=\"line s{i}\" d=\"M{x} {y}h22\"/><text x=\"{x + 28}\" y=\"{y + 4}\">{plays[i].Name}</text>");
        }
    }

    private static string Points(Playback playback, double most)
    {
        var minutes = playback.Scenario.Minutes;
        var size = (minutes + MaxColumns - 1) / MaxColumns;
        var points = new StringBuilder();
        for (var from = 0; from < minutes; from += size)
        {
            var column = Enumerable.Range(from, Math.Min(size, minutes - from)).ToList();
            var (least, largest) = (column.MinBy(playback.AchievedAt), column.MaxBy(playback.AchievedAt));
            Add(Math.Min(least, largest));
            if (least != largest)
                Add(Math.Max(least, largest));
        }

        return points.ToString().TrimEnd();

        // At the middle of its minute.
        void Add(int minute) => points.Append(
            CultureInfo.InvariantCulture,
            $"{X(minute + 0.5, playback.Scenario):0.#},{Y(Math.Min(playback.AchievedAt(minute), most * 1.1), most):0.#} ");
    }

    private static double X(double minute, Scenario scenario) => Left + (PlotWidth * minute / scenario.Minutes);

    private static double Y(double share, double most) => Top + (PlotHeight * (1 - (share / most)));

    private static void Line(StringBuilder svg, FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
