using System.Globalization;
using DynamicSampling.Dashboard.Text;

namespace DynamicSampling.Dashboard.Runs;

/// <summary>Reads an instant as people type it or copy it from a page.</summary>
internal static class TypedInstant
{
    private static readonly string[] Formats = ["yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm 'UTC'", "yyyy-MM-dd HH:mm:ss 'UTC'", "yyyy-MM-dd'T'HH:mm"];

    /// <summary>The instant for programs (RFC 3339); what it is none of stays as it is, for them to say what is wrong.</summary>
    public static string Normalize(string typed) =>
        DateTimeOffset.TryParseExact(typed.Trim(), Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) ? Format.Iso(instant) : typed;
}
