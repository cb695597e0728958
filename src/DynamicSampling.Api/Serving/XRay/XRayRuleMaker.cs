using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Serving.XRay;

/// <summary>
/// Makes rules of rates: one for each transaction that can be told by its method and path, one for whatever else a service is asked for,
/// and one for everything else.
/// </summary>
internal static class XRayRuleMaker
{
    /// <summary>How many rules there are at most: clients fetch all of them, try one after another for each trace, and report all of them.</summary>
    public const int MaxRules = 500;

    /// <summary>Makes the rules of an organization. What matches less comes first, since the first that matches decides.</summary>
    public static List<XRayRule> Make(ServedOrganization served)
    {
        // Every service first: what has no rule of its service is not counted. Clients ignore case, so one of two names that differ in nothing
        // else would never be reached.
        var services = served.Projects.Values
            .Where(project => XRayPattern.IsLiteral(project.Project) && !string.Equals(project.Project, Names.OtherServices, StringComparison.Ordinal))
            .OrderByDescending(project => project.Total).ThenBy(project => project.Project, StringComparer.Ordinal)
            .DistinctBy(project => XRayRule.NameOf(project.Project, XRayPattern.Everything), StringComparer.Ordinal)
            .Take(MaxRules - 1)
            .ToList();
        return
        [
            .. services.SelectMany(project => OfTransactions(project, served.FactorOf(project)))
                .OrderByDescending(busy => busy.Total).ThenBy(busy => busy.Rule.Name, StringComparer.Ordinal)
                .Take(MaxRules - 1 - services.Count)
                .Select(busy => busy.Rule)
                .OrderByDescending(rule => rule.Pattern.Literals).ThenBy(rule => rule.Pattern.Wildcards).ThenBy(rule => rule.Name, StringComparer.Ordinal),
            .. services.Select(project => OfOthers(project, served.FactorOf(project))).OrderBy(rule => rule.Name, StringComparer.Ordinal),
            new(XRayRule.Default, Service: null, XRayPattern.Everything, served.Default.Rates.Others, Names.OtherTransactions),
        ];
    }

    private static XRayRule OfOthers(ProjectRate project, double factor) => new(
        XRayRule.NameOf(project.Project, XRayPattern.Everything), project.Project, XRayPattern.Everything, ServedRate.OfOthers(project, factor), Names.OtherTransactions);

    // Also those whose rate is that of the others: they are counted by name, and no pattern of another transaction takes them.
    private static Dictionary<string, (XRayRule Rule, double Total)>.ValueCollection OfTransactions(ProjectRate project, double factor)
    {
        var rules = new Dictionary<string, (XRayRule Rule, double Total)>(StringComparer.Ordinal);
        foreach (var transaction in project.Transactions)
        {
            if (XRayPattern.OfTransaction(transaction.Transaction) is not { } pattern)
                continue;
            var name = XRayRule.NameOf(project.Project, pattern);
            // Of those that cannot be told apart the busiest decides, and the counts name none of them.
            rules[name] = rules.TryGetValue(name, out var busier)
                ? (busier.Rule with { Transaction = Names.OtherTransactions }, busier.Total + transaction.Total)
                : (new(name, project.Project, pattern, ServedRate.Of(project, transaction.Transaction, transaction, factor), transaction.Transaction), transaction.Total);
        }

        return rules.Values;
    }
}
