namespace DynamicSampling.Tasks.Sampling;

/// <summary>The rule for names of organizations, projects and transactions.</summary>
public static class Names
{
    /// <summary>The longest name, in UTF-16 characters.</summary>
    public const int MaxLength = 200;

    /// <summary>The organization of those who name none.</summary>
    public const string DefaultOrganization = "default";

    /// <summary>The transactions of a project that are not told apart.</summary>
    public const string OtherTransactions = "__other__";

    /// <summary>The projects of an organization that are not told apart.</summary>
    public const string OtherServices = "__other__";

    /// <summary>What is wrong with a name, as the end of a sentence; null when it is good.</summary>
    public static string? Check(string? name) => name switch
    {
        null or "" => "must not be empty",
        "." or ".." => "must not be '.' or '..'",
        { Length: > MaxLength } => $"must not be longer than {MaxLength} characters",
        _ when name.Any(char.IsControl) => "must not have control characters",
        _ when HasLoneSurrogate(name) => "must be well-formed Unicode",
        _ => null,
    };

    private static bool HasLoneSurrogate(string name)
    {
        for (var i = 0; i < name.Length; i++)
        {
            if (!char.IsSurrogate(name[i]))
                continue;
            if (i + 1 == name.Length || !char.IsSurrogatePair(name[i], name[i + 1]))
                return true;
            i++;
        }

        return false;
    }
}
