using System.Diagnostics.Metrics;
using System.Globalization;

namespace DynamicSampling.IntegrationTests.Deploy;

/// <summary>
/// What Prometheus calls the series that it gets by OTLP: UnderscoreEscapingWithSuffixes, its default, of the OpenTelemetry specification
/// "Prometheus and OpenMetrics Compatibility".
/// </summary>
internal static class PrometheusNames
{
    public static string OfLabel(string attribute) => Escape(attribute);

    /// <summary>The series of an instrument; of a histogram there are three.</summary>
    public static IEnumerable<string> OfSeries(Instrument instrument)
    {
        var kind = instrument.GetType().GetGenericTypeDefinition();
        var name = Escape(instrument.Name);
        var unit = instrument.Unit switch
        {
            "s" => "_seconds",
            "ms" => "_milliseconds",
            "By" => "_bytes",
            // An annotation such as {run} is no unit.
            null or "" => "",
            ['{', ..] => "",
            "1" => kind == typeof(ObservableGauge<>) ? "_ratio" : "",
            var other => throw new NotSupportedException(string.Create(CultureInfo.InvariantCulture, $"What is the unit {other} of {instrument.Name} called?")),
        };
        if (!name.EndsWith(unit, StringComparison.Ordinal))
            name += unit;
        if (kind == typeof(Histogram<>))
            return [name + "_bucket", name + "_sum", name + "_count"];
        var isMonotonic = kind == typeof(Counter<>) || kind == typeof(ObservableCounter<>);
        return [isMonotonic && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name];
    }

    private static string Escape(string name) => string.Concat(name.Select(character => char.IsAsciiLetterOrDigit(character) ? character : '_'));
}
