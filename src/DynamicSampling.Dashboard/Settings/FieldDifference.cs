using DynamicSampling.Dashboard.Forms;

namespace DynamicSampling.Dashboard.Settings;

/// <summary>A field that has one text in what is stored, and another in what somebody has typed.</summary>
/// <param name="Field">The field's name.</param>
/// <param name="Stored">What is stored; empty for nothing.</param>
/// <param name="Typed">What was typed; empty for nothing.</param>
public sealed record FieldDifference(string Field, string Stored, string Typed)
{
    /// <summary>All fields that differ, in the order of the form.</summary>
    public static IReadOnlyList<FieldDifference> Of(FormValues stored, FormValues typed, Func<string, bool> isShown)
    {
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentNullException.ThrowIfNull(typed);
        return
        [
            .. stored.Names.Union(typed.Names, StringComparer.Ordinal)
                .Where(field => isShown(field) && !string.Equals(stored[field], typed[field], StringComparison.Ordinal))
                .Select(field => new FieldDifference(field, stored[field], typed[field])),
        ];
    }
}
