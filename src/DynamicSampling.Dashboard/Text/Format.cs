using System.Globalization;

namespace DynamicSampling.Dashboard.Text;

/// <summary>Numbers and times as pages show them, the same whatever the culture of the process is.</summary>
internal static class Format
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;
    private static readonly (double Least, string Unit)[] Units = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")];

    /// <summary>A number of traces, rows and the like: 21,775,542. Estimates are rounded to whole ones.</summary>
    public static string Count(double count) => Math.Round(count).ToString("#,0", Invariant);

    /// <summary>The same where there is little room: 21.8 M.</summary>
    public static string Short(double count)
    {
        foreach (var (least, unit) in Units)
        {
            if (Math.Abs(count) >= least)
                return Significant(count / (unit == "k" ? 1e3 : least)) + " " + unit;
        }

        return Count(count);
    }

    /// <summary>A rate or a share, 0 to 1, as a percentage with three digits: 3.06 %. Null is an em dash.</summary>
    public static string Percent(double? rate) => rate is { } known && double.IsFinite(known) ? Significant(known * 100) + " %" : "—";

    /// <summary>A change of a number of traces: +1,204, −37.</summary>
    public static string Change(double count) => Math.Round(count) switch
    {
        > 0 => "+" + Count(count),
        < 0 => "−" + Count(-count),
        _ => "0",
    };

    /// <summary>A part of a whole, 0 to 1, in whole percents: 80 %. One that is not quite nothing, or not quite all, is not shown as that.</summary>
    public static string Share(double share) => share switch
    {
        > 0 and < 0.01 => "< 1 %",
        > 0.99 and < 1 => "> 99 %",
        _ => Math.Round(share * 100).ToString("#,0", Invariant) + " %",
    };

    /// <summary>A count with its noun: 1 call, 300 calls.</summary>
    public static string Counted(long count, string one, string several) => count == 1 ? "1 " + one : Count(count) + " " + several;

    /// <summary>A place on an axis of time, in the unit of the whole axis, so that they can be compared: 0, 0.5 s, 1 s.</summary>
    public static string AxisTime(double seconds, double end)
    {
        var (unit, name) = end switch
        {
            < 1e-3 => (1e-6, "µs"),
            < 1 => (1e-3, "ms"),
            <= 120 => (1, "s"),
            <= 7200 => (60, "min"),
            <= 172_800 => (3600, "h"),
            _ => (86_400.0, "d"),
        };
        return seconds == 0 ? "0" : (seconds / unit).ToString("0.##", Invariant) + " " + name;
    }

    /// <summary>What something is multiplied by, with three digits: 1.12.</summary>
    public static string Factor(double factor) => Significant(factor);

    /// <summary>Seconds, in the unit that fits: 12.3 ms, 1.24 s, 3 min 20 s, 2 h 5 min, 3 d 2 h.</summary>
    public static string Duration(double seconds) => seconds switch
    {
        0 => "0 s",
        < 1e-3 => Significant(seconds * 1e6) + " µs",
        < 0.9995 => Significant(seconds * 1e3) + " ms",
        < 59.95 => Significant(seconds) + " s",
        < 3599.5 => Parts(seconds, 60, "min", 1, "s"),
        < 86_370 => Parts(seconds, 3600, "h", 60, "min"),
        _ => Parts(seconds, 86_400, "d", 3600, "h"),
    };

    /// <summary>Seconds that somebody chose, and nobody measured: 30 s, 0.5 s, 7 min.</summary>
    public static string Interval(double seconds) => seconds is >= 1e-3 and < 60 ? seconds.ToString("0.###", Invariant) + " s" : Duration(seconds);

    /// <summary>How long ago something was: "just now", "3 min 20 s ago"; what is to come is "in 5 s".</summary>
    public static string Ago(DateTimeOffset instant, DateTimeOffset now)
    {
        var seconds = (now - instant).TotalSeconds;
        var size = Math.Round(Math.Abs(seconds));
        var text = Interval(size);
        return size < 1 ? "just now" : seconds > 0 ? text + " ago" : "in " + text;
    }

    /// <summary>An instant, in UTC: 2026-11-22 10:00:00 UTC.</summary>
    public static string Utc(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", Invariant);

    /// <summary>An instant for programs (RFC 3339), to the millisecond.</summary>
    public static string Iso(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", Invariant);

    /// <summary>A number for an attribute of SVG, to the hundredth.</summary>
    public static string Svg(double number) => (double.IsFinite(number) ? Math.Round(number, 2) + 0.0 : 0).ToString("0.##", Invariant);

    /// <summary>A coordinate or a length as a share of the whole, 0 to 1: 12.5%.</summary>
    public static string SvgPercent(double share) => Svg(Math.Clamp(share, 0, 1) * 100) + "%";

    /// <summary>A number to the digits that are worth something, for form fields and documents.</summary>
    public static string Number(double number) => number.ToString("0.##########", Invariant);

    private static string Significant(double number)
    {
        var size = Math.Abs(number);
        var format = size switch
        {
            0 => "0",
            >= 99.95 => "#,0",
            >= 9.995 => "0.0",
            >= 0.9995 => "0.00",
            >= 0.09995 => "0.000",
            _ => "0.####",
        };
        var text = number.ToString(format, Invariant);
        return text is "0" or "-0" && size > 0 ? "< 0.0001" : text;
    }

    private static string Parts(double seconds, int large, string largeUnit, int small, string smallUnit)
    {
        var whole = (long)Math.Round(seconds / small);
        var ratio = large / small;
        return whole % ratio == 0
            ? string.Create(Invariant, $"{whole / ratio} {largeUnit}")
            : string.Create(Invariant, $"{whole / ratio} {largeUnit} {whole % ratio} {smallUnit}");
    }
}
