using System.Globalization;

namespace DynamicSampling.Dashboard.Forms;

/// <summary>Numbers in form fields. What is written is read as the very same number, so that saving a form changes nothing that nobody touched.</summary>
internal static class NumberText
{
    private const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    private const int MostExponent = 10_000;

    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>A number with all its digits, and without an exponent where it needs none.</summary>
    public static string Of(double number) => Write(number, shift: 0);

    /// <summary>A share, 0 to 1, in percent.</summary>
    public static string OfPercent(double share) => Write(share, shift: 2);

    /// <summary>Null for what is no number. Spaces may part thousands.</summary>
    public static double? Parse(string text) => Read(text, shift: 0);

    /// <summary>The share of a number in percent.</summary>
    public static double? ParsePercent(string text) => Read(text.TrimEnd('%', ' '), shift: -2);

    private static string Write(double number, int shift)
    {
        var exact = Shift(number.ToString("R", Invariant), shift);
        return decimal.TryParse(exact, Styles, Invariant, out var known) && Plain(known) is var plain && Read(plain, -shift) == number ? plain : exact;
    }

    private static double? Read(string text, int shift)
    {
        var digits = text.Replace(" ", "", StringComparison.Ordinal).Replace("\u00a0", "", StringComparison.Ordinal);
        return double.TryParse(digits, Styles, Invariant, out _) && digits.AsSpan().ContainsAnyInRange('0', '9')
            && double.TryParse(Shift(digits, shift), Styles, Invariant, out var number) && double.IsFinite(number)
            ? number
            : null;
    }

    // The exponent is moved in the text: a multiplication or a division would round once more.
    private static string Shift(string number, int by)
    {
        if (by == 0)
            return number;
        var place = number.IndexOfAny(['e', 'E']);
        if (place < 0)
            return string.Create(Invariant, $"{number}E{by}");
        // One of so many digits leaves nothing, or no number.
        return int.TryParse(number.AsSpan(place + 1), NumberStyles.AllowLeadingSign, Invariant, out var exponent) && Math.Abs((long)exponent) <= MostExponent
            ? string.Create(Invariant, $"{number[..place]}E{exponent + by}")
            : "";
    }

    private static string Plain(decimal number) => number.ToString("0.############################", Invariant);
}
