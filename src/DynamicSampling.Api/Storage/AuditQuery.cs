namespace DynamicSampling.Api.Storage;

/// <summary>Which entries of the audit log. What is null does not count.</summary>
/// <param name="Limit">How many at most.</param>
internal sealed record AuditQuery(int Limit)
{
    public string? Organization { get; init; }

    public string? Actor { get; init; }

    public AuditAction? Action { get; init; }

    /// <summary>Those about any of these.</summary>
    public IReadOnlyList<string>? Subjects { get; init; }

    /// <summary>From then on.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The last entry of the page before.</summary>
    public Guid? After { get; init; }
}
