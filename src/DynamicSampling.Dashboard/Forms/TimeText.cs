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

    // With a Z too, as people copy it from elsewhere.
    public static DateTimeOffset? Parse(string text) =>
        DateTimeOffset.TryParseExact(text.TrimEnd('Z'), Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
