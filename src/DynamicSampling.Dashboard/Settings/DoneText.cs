namespace DynamicSampling.Dashboard.Settings;

/// <summary>What pages say after something was done. The page's address has a word for it, so that it can say nothing else.</summary>
internal static class DoneText
{
    public const string Saved = "saved";
    public const string Dropped = "dropped";
    public const string RolledBack = "rolled-back";
    public const string Unpinned = "unpinned";

    public const string Unconfirmed = "Nothing was dropped: tick the box that says so first.";
    public const string StaleDrop = "Nothing was dropped: somebody else has changed these settings since you opened them. Look at them first.";

    public static string? Of(string? done) => done switch
    {
        Saved => "Saved.",
        Dropped => "The settings were dropped.",
        RolledBack => "Rolled back. Clients get these rates at their next poll.",
        Unpinned => "The pin has ended.",
        _ => null,
    };
}
