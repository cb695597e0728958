namespace DynamicSampling.Api.CommandLine.Doctor;

/// <summary>What a check has found.</summary>
/// <param name="Level">How bad it is.</param>
/// <param name="Text">What it is, and what to do. One line.</param>
internal sealed record Finding(FindingLevel Level, string Text)
{
    /// <summary>On one line, whatever the text is made of.</summary>
    public string Text { get; } = Text.ReplaceLineEndings(" ");

    public static Finding Ok(string text) => new(FindingLevel.Ok, text);

    public static Finding Warning(string text) => new(FindingLevel.Warning, text);

    public static Finding Problem(string text) => new(FindingLevel.Problem, text);
}

/// <summary>How bad a finding is.</summary>
internal enum FindingLevel
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>The service works, and somebody should look at it.</summary>
    Warning,

    /// <summary>The service does not start, or loses something.</summary>
    Problem,
}
