using System.Text;
using System.Text.Json;
using DynamicSampling.Api.Serving;
using DynamicSampling.Api.Serving.XRay;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.IntegrationTests.Serving.XRay;

/// <summary>Rules made of rates, and what clients find in them.</summary>
public class XRayRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 28, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Make_Transactions_ComeBeforeTheirServiceAndThatBeforeDefault()
    {
        var rules = XRayRuleMaker.Make(Served(
            Project("checkout", 0.1, ("GET /cart", 0.05), ("GET /cart/{id}", 0.2), ("GET /cart/{id}/items", 0.3), ("GET /cart/new", 0.4), ("work", 0.5)),
            Project("billing", 0.7)));

        Assert.Equal(
            [("/cart/new", 0.4), ("/cart/*/items", 0.3), ("/cart/*", 0.2), ("/cart", 0.05)],
            rules.Where(rule => rule.Pattern.Method != "*").OrderByDescending(rule => rule.Rate).Select(rule => (rule.Pattern.Path, rule.Rate)));
        Assert.Equal(("/cart/*/items", "/cart/new"), (rules[0].Pattern.Path, rules[1].Pattern.Path));
        Assert.Equal("GET /cart/{id}", Find("checkout", "GET", "/cart/17").Transaction);
        Assert.Equal("GET /cart/{id}/items", Find("checkout", "GET", "/cart/17/items").Transaction);
        Assert.Equal("GET /cart/new", Find("checkout", "GET", "/cart/new").Transaction);
        Assert.Equal("GET /cart", Find("checkout", "GET", "/cart").Transaction);
        // Another method, no request at all, another service, and one that nobody knows.
        Assert.Equal((0.1, Names.OtherTransactions), (Find("checkout", "POST", "/cart").Rate, Find("checkout", "POST", "/cart").Transaction));
        Assert.Equal(0.1, Find("checkout", method: null, "/").Rate);
        Assert.Equal(0.7, Find("billing", "GET", "/cart").Rate);
        Assert.Equal((XRayRule.Default, 0.25), (Find("unheard", "GET", "/cart").Name, Find("unheard", "GET", "/cart").Rate));
        Assert.Same(rules[^1], rules.Single(rule => rule.Name == XRayRule.Default));

        XRayRule Find(string service, string? method, string path) => XRayMatcher.Find(rules, service, method, path);
    }

    // What a transaction's requests look like is its pattern with something unheard of in place of each star: no other rule may take that.
    [Fact]
    public void Make_RandomNames_EachRuleGetsItsOwnRequests()
    {
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var rules = XRayRuleMaker.Make(Served([.. Enumerable.Range(0, random.Next(1, 6)).Select(i => Project(
                $"service-{i}", 0.1,
                [.. Enumerable.Range(0, random.Next(0, 40)).Select(_ => (RandomName(random), random.NextDouble())).DistinctBy(pair => pair.Item1, StringComparer.Ordinal)]))]));

            Assert.Equal(rules.Count, rules.Select(rule => rule.Name).Distinct(StringComparer.Ordinal).Count());
            foreach (var rule in rules)
            {
                var path = rule.Pattern.Path == "*" ? "/zzz" : rule.Pattern.Path.Replace("*", "zzz", StringComparison.Ordinal);
                var found = XRayMatcher.Find(rules, rule.Service ?? "unheard", rule.Pattern.Method == "*" ? "ZZZ" : rule.Pattern.Method, path);
                Assert.True(found == rule, $"{rule} is hidden by {found}");
            }
        }
    }

    [Fact]
    public void Make_NamesThatPatternsCannotTellApart_ShareARuleAndAreCountedAsOthers()
    {
        var rules = XRayRuleMaker.Make(Served(Project("checkout", 0.1, ("GET /a/{id}", 0.2), ("GET /a/{name}", 0.9), ("GET /A/{other}", 0.8), ("POST /a/{id}", 0.3))));

        var shared = Assert.Single(rules, rule => rule.Pattern.Method == "GET");
        Assert.Equal((0.2, Names.OtherTransactions), (shared.Rate, shared.Transaction));
        Assert.Equal("POST /a/{id}", Assert.Single(rules, rule => rule.Pattern.Method == "POST").Transaction);
    }

    [Fact]
    public void Make_ServicesThatPatternsCannotName_AreLeftToDefault()
    {
        var rules = XRayRuleMaker.Make(Served(Project("a*", 0.1), Project("b?", 0.1), Project(Names.OtherServices, 0.1), Project("Shop", 0.2, ("GET /", 0.3)), Project("shop", 0.4)));

        Assert.Equal(["Shop", "Shop", null], rules.Select(rule => rule.Service));
    }

    [Fact]
    public void Make_MoreThanThereIsRoomFor_KeepsEveryServiceAndTheBusiestTransactions()
    {
        var projects = Enumerable.Range(0, 300).Select(i => Project($"service-{i}", 0.1, ("GET /loud", 0.2), ("GET /quiet", 0.3)) with { Total = i }).ToArray();

        var rules = XRayRuleMaker.Make(Served(projects));

        Assert.Equal(XRayRuleMaker.MaxRules, rules.Count);
        Assert.Equal(300, rules.Count(rule => rule.Pattern.Method == "*" && rule.Service is not null));
        Assert.All(rules, rule => Assert.NotEqual("/quiet", rule.Pattern.Path));

        var services = XRayRuleMaker.Make(Served([.. Enumerable.Range(0, 700).Select(i => Project($"service-{i}", 0.1, ("GET /", 0.2)) with { Total = i })]));
        Assert.Equal(XRayRuleMaker.MaxRules, services.Count);
        Assert.Contains(services, rule => rule.Service == "service-699");
        Assert.DoesNotContain(services, rule => rule.Service == "service-200");
    }

    // Clients of .NET read no more than 1 MiB.
    [Theory]
    [InlineData('"')]
    [InlineData('東')]
    [InlineData('<')]
    public void Body_LongestNames_IsShortEnoughAndHasExactlyTheMembersThatClientsKnow(char character)
    {
        var service = new string(character, Names.MaxLength - 3);
        var route = "GET /" + new string(character is '<' ? '>' : character, Names.MaxLength - 8);
        var rules = new XRayRules(Served([.. Enumerable.Range(100, 300).Select(i => Project($"{service}{i}", 0.123456789012345678, ($"{route}{i}", 0.123456789012345678)))]), before: null, Now);

        Assert.InRange(rules.Body.Length, 1, 1024 * 1024);
        using var json = JsonDocument.Parse(rules.Body);
        Assert.Equal(["SamplingRuleRecords", "NextToken"], Members(json.RootElement));
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("NextToken").ValueKind);
        var records = json.RootElement.GetProperty("SamplingRuleRecords").EnumerateArray().ToList();
        Assert.Equal(XRayRuleMaker.MaxRules, records.Count);
        Assert.Equal([.. Enumerable.Range(1, records.Count - 1), 10_000], records.Select(record => record.GetProperty("SamplingRule").GetProperty("Priority").GetInt32()));
        Assert.All(records, record =>
        {
            Assert.Equal(["SamplingRule", "CreatedAt", "ModifiedAt"], Members(record));
            var rule = record.GetProperty("SamplingRule");
            Assert.Equal(
                ["Attributes", "FixedRate", "HTTPMethod", "Host", "Priority", "ReservoirSize", "ResourceARN", "RuleARN", "RuleName", "ServiceName", "ServiceType", "URLPath", "Version"],
                Members(rule).Order(StringComparer.Ordinal));
            Assert.InRange(rule.GetProperty("RuleName").GetString()!.Length, 1, 32);
            Assert.Equal(0, rule.GetProperty("ReservoirSize").GetInt32());
        });

        static IEnumerable<string> Members(JsonElement element) => element.EnumerateObject().Select(member => member.Name);
    }

    [Fact]
    public void Rules_OfTheNextVersion_KeepNamesAndSayWhenTheyChanged()
    {
        var first = new XRayRules(Served(Project("checkout", 0.1, ("GET /cart", 0.2), ("GET /gone", 0.3))), before: null, Now);
        var same = new XRayRules(Served(Project("checkout", 0.1, ("GET /cart", 0.2), ("GET /gone", 0.3))), first, Now.AddMinutes(1));
        var other = new XRayRules(Served(Project("checkout", 0.4, ("GET /cart", 0.5), ("POST /new", 0.6))), same, Now.AddMinutes(2));

        Assert.Equal(first.Body, same.Body);
        Assert.Equal(first.LastModification, same.LastModification);
        // Whoever fetched the rules before, and a second later from a process that had not heard yet, has older ones.
        Assert.True(other.LastModification > Now.AddMinutes(2).AddSeconds(1).ToUnixTimeSeconds());
        var name = XRayRule.NameOf("checkout", new("GET", "/cart"));
        Assert.Equal((0.2, 0.5), (first.Find(name)?.Rate, other.Find(name)?.Rate));
    }

    [Fact]
    public void Find_RuleOfEarlier_IsKnownForAWhileAndHasTheRateOfItsService()
    {
        var gone = XRayRule.NameOf("checkout", new("GET", "/gone"));
        var deleted = XRayRule.NameOf("billing", XRayPattern.Everything);
        var first = new XRayRules(Served(Project("checkout", 0.1, ("GET /gone", 0.3)), Project("billing", 0.1)), before: null, Now);
        var second = new XRayRules(Served(Project("checkout", 0.4)), first, Now);
        var third = new XRayRules(Served(Project("checkout", 0.5)), second, Now.AddMinutes(9));
        var last = new XRayRules(Served(Project("checkout", 0.5)), third, Now.AddMinutes(11));

        Assert.Equal((0.4, "GET /gone"), (second.Find(gone)?.Rate, second.Find(gone)?.Transaction));
        Assert.Equal(0.5, third.Find(gone)?.Rate);
        Assert.Null(last.Find(gone));
        // A service that is no more would come into being again by being counted.
        Assert.Null(second.Find(deleted));
    }

    [Theory]
    [InlineData("k", "\u212A")]
    [InlineData("\u00DF", "\u1E9E")]
    [InlineData("shop", "SHOP")]
    public void Make_ServicesThatDifferInCaseOnly_HaveTheRuleOfOne(string service, string same)
    {
        var rules = new XRayRules(Served(Project(service, 0.2), Project(same, 0.4)), before: null, Now);

        Assert.NotNull(rules.Find(XRayRule.NameOf(service, XRayPattern.Everything)));
        Assert.Equal(XRayRule.NameOf(service, XRayPattern.Everything), XRayRule.NameOf(same, XRayPattern.Everything));
    }

    [Fact]
    public void Find_RuleOfAServiceThatIsNoMore_IsNotThatOfOneWithOtherCapitals()
    {
        var gone = XRayRule.NameOf("Shop", new("GET", "/gone"));
        var first = new XRayRules(Served(Project("Shop", 0.1, ("GET /gone", 0.3))), before: null, Now);

        Assert.NotNull(first.Find(gone));
        Assert.Null(new XRayRules(Served(Project("shop", 0.4)), first, Now).Find(gone));
    }

    [Fact]
    public void RatesOf_Service_AreWhatItsClientsObey()
    {
        var rates = new XRayRules(Served(Project("checkout", 0.1, ("GET /a/{id}", 0.2), ("GET /a/{name}", 0.9), ("work", 0.5))), before: null, Now).RatesOf("checkout");

        Assert.Equal(0.2, rates.Of("GET /a/{id}"));
        Assert.Equal(0.2, rates.Of("GET /a/{name}"));
        // No rule can be for it.
        Assert.Equal(0.1, rates.Of("work"));
        Assert.Equal(0.1, rates.Of("unheard"));
    }

    private static string RandomName(Random random)
    {
        string[] segments = ["a", "b", "A", "{x}", "{y}", "a{x}", "{x}b", ":id", "*", "", "a?"];
        var name = new StringBuilder(random.Next(2) == 0 ? "GET " : "POST ");
        for (var i = random.Next(1, 5); i > 0; i--)
            name.Append('/').Append(segments[random.Next(segments.Length)]);
        return name.ToString();
    }

    private static ServedOrganization Served(params ProjectRate[] projects) => new(version: 1, until: null)
    {
        Projects = projects.ToDictionary(project => project.Project, StringComparer.Ordinal),
        FactorOf = static _ => 1,
        Default = JaegerStrategy.Of(version: 1, 0.25),
    };

    private static ProjectRate Project(string name, double rate, params (string Name, double Rate)[] transactions) => new(name, rate, Total: 1000, Kept: 100)
    {
        Transactions = [.. transactions.Select((transaction, i) => new TransactionRate(transaction.Name, transaction.Rate, Total: transactions.Length - i, Kept: 0))],
    };
}
