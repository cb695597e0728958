using System.Data.Common;

namespace DynamicSampling.Api.Storage;

/// <summary>A step of an import: one change.</summary>
/// <param name="Change">The change, as the import tells it.</param>
/// <param name="Before">What there is, a JSON object; null for nothing.</param>
/// <param name="After">What there will be, a JSON object; null for nothing.</param>
/// <param name="RunAsync">Makes it.</param>
internal sealed record ImportStep(SettingsChange Change, string? Before, string? After, Func<DbConnection, DbTransaction, Task> RunAsync)
{
    public AuditChange ToAudit(string actor) => new(actor, Action, Change.Organization, Change.Project)
    {
        Subject = Change.CustomRule?.ToString(),
        Before = Before,
        After = After,
    };

    private AuditAction Action => (Change.CustomRule, Change.Change) switch
    {
        (null, SettingsChangeKind.Removed) => AuditAction.SettingsDeleted,
        (null, _) => AuditAction.SettingsPut,
        (_, SettingsChangeKind.Added) => AuditAction.CustomRuleCreated,
        (_, SettingsChangeKind.Changed) => AuditAction.CustomRuleChanged,
        (_, SettingsChangeKind.Removed) => AuditAction.CustomRuleDeleted,
        _ => throw new InvalidOperationException($"{Change.Change} is no change of a custom rule."),
    };
}
