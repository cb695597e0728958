namespace DynamicSampling.Api.Authentication;

/// <summary>Whoever sends a request.</summary>
internal static class Caller
{
    /// <summary>For whom nobody asked.</summary>
    public const string Anonymous = "anonymous";

    /// <summary>What he is called in the audit log: the name of the key, or the subject of the token. Never the key itself.</summary>
    public static string NameOf(HttpContext http) => http.User.Identity is { IsAuthenticated: true, Name: { Length: > 0 } name } ? name : Anonymous;
}
