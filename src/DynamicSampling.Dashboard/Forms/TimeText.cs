using System.Globalization;

namespace DynamicSampling.Dashboard.Forms;

/// <summary>Times in fields of the type datetime-local, in UTC.</summary>
internal static class TimeText
{
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF"];

    public static string Of(DateTimeOffset time)
    {
        var format = time.Ticks % TimeSpan.TicksPerMinute == 0 ? Formats[0] : time.Ticks % TimeSpan.TicksPerSecond == 0 ? Formats[1] : Formats[2];
        return time.UtcDateTime.ToString(format, CultureInfo.InvariantCulture);
    }

    /// <summary>The type of a field for a time: browsers know milliseconds, and would forget what is finer.</summary>
    public static string TypeOf(string text) => Parse(text) is { } time && time.Ticks % TimeSpan.TicksPerMillisecond != 0 ? "text" : "datetime-local";

    // With a Z too, as people copy it from elsewhere.
    public static DateTimeOffset? Parse(string text) =>
        DateTimeOffset.TryParseExact(text.TrimEnd('Z'), Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
