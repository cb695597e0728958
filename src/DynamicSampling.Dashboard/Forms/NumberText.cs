using System.Globalization;

namespace DynamicSampling.Dashboard.Forms;

/// <summary>Numbers in form fields. What is written is read as the very same number, so that saving a form changes nothing that nobody touched.</summary>
internal static class NumberText
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>A number with all its digits, and without an exponent where it needs none.</summary>
    public static string Of(double number) => Exact(number) is { } exact ? Plain(exact) : number.ToString("R", Invariant);

    /// <summary>A share, 0 to 1, in percent.</summary>
    public static string OfPercent(double share) => Exact(share) is { } exact ? Plain(exact * 100) : (share * 100).ToString("R", Invariant);

    /// <summary>Null for what is no number. Spaces may part thousands.</summary>
    public static double? Parse(string text) => ParseScaled(text, "");

    /// <summary>The share of a number in percent.</summary>
    // The exponent is moved in the text: a division would round once more.
    public static double? ParsePercent(string text) => ParseScaled(text.TrimEnd('%', ' '), "E-2");

    private static double? ParseScaled(string text, string exponent)
    {
        var digits = text.Replace(" ", "", StringComparison.Ordinal).Replace("\u00a0", "", StringComparison.Ordinal);
        const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        if (double.TryParse(digits, Styles, Invariant, out var plain) && double.IsFinite(plain))
            return double.Parse(digits + exponent, Styles | NumberStyles.AllowExponent, Invariant);
        return double.TryParse(digits, Styles | NumberStyles.AllowExponent, Invariant, out var number) && double.IsFinite(number)
            ? exponent.Length == 0 ? number : number / 100
            : null;
    }

    private static decimal? Exact(double number) =>
        decimal.TryParse(number.ToString("R", Invariant), NumberStyles.Float, Invariant, out var exact) && (double)exact == number ? exact : null;

    private static string Plain(decimal number) => number.ToString("0.############################", Invariant);
}
