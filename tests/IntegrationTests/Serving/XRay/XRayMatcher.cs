using System.Text;
using System.Text.RegularExpressions;
using DynamicSampling.Api.Serving.XRay;

namespace DynamicSampling.IntegrationTests.Serving.XRay;

/// <summary>Finds rules as OpenTelemetry's samplers do: the first that matches, by regular expressions that ignore case.</summary>
internal static class XRayMatcher
{
    /// <summary>The rule that decides.</summary>
    /// <param name="rules">In the order of their priorities.</param>
    /// <param name="service">The resource's service.name.</param>
    /// <param name="method">http.request.method; null for a trace that begins with no request.</param>
    /// <param name="path">url.path.</param>
    public static XRayRule Find(IEnumerable<XRayRule> rules, string service, string? method, string path) => rules.First(rule =>
        Matches(rule.Service ?? "*", service) && Matches(rule.Pattern.Method, method) && Matches(rule.Pattern.Path, path));

    public static bool Matches(string pattern, string? text)
    {
        if (pattern == "*")
            return true;
        if (text is null)
            return false;
        var regex = new StringBuilder("^");
        foreach (var character in pattern)
        {
            regex.Append(character switch
            {
                '*' => ".*",
                '?' => ".",
                _ => Regex.Escape(character.ToString()),
            });
        }

        return Regex.IsMatch(text, regex.Append('$').ToString(), RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10));
    }
}
