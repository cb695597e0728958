namespace DynamicSampling.Api.Storage;

/// <summary>A change, as it is told to the audit log.</summary>
/// <param name="Actor">Who makes it.</param>
/// <param name="Action">What it is.</param>
/// <param name="Organization">The organization's name.</param>
/// <param name="Project">The project's name; null when it is about the organization.</param>
internal sealed record AuditChange(string Actor, AuditAction Action, string Organization, string? Project = null)
{
    /// <summary>The custom rule's id, or the version of the rates; null for settings.</summary>
    public string? Subject { get; init; }

    /// <summary>What there was, a JSON object; null for nothing.</summary>
    public string? Before { get; init; }

    /// <summary>What there is from now on, a JSON object; null for nothing.</summary>
    public string? After { get; init; }
}
