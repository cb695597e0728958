using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using BenchmarkDotNet.Attributes;
using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Benchmarks;

/// <summary>
/// A rules document with every bias and 100 transactions: making it, writing it, and asking it for rates. The floor of asking is
/// a dictionary of rates by name, which knows nothing of the other rules; beside the patterns stands what a user would write.
/// </summary>
[MemoryDiagnoser]
public class RulesBenchmarks
{
    private const string Path = "GET /api/v1/orders/{id}/delivery";
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);
    private static readonly TraceFields HealthCheck = Fields("GET /health");
    private static readonly TraceFields FirstTransaction = Fields("GET /transactions/99");
    private static readonly TraceFields LastTransaction = Fields("GET /transactions/0");
    private static readonly TraceFields OtherTransaction = Fields(Path);

    private readonly Regex[] _patterns = [.. HealthChecks.Patterns.Select(static pattern => new Regex(
        "^" + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal) + "$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Compiled | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)))];

    private RuleInputs _inputs = new() { BaseRate = 0.1 };
    private RulesDocument _document = new(RulesDocument.CurrentVersion, []);
    private Dictionary<string, double> _rates = [];

    [GlobalSetup]
    public void Setup()
    {
        NamedRate[] transactions =
        [
            .. Enumerable.Range(0, 100).Select(static i => new NamedRate("GET /transactions/" + i.ToString(CultureInfo.InvariantCulture), 0.5 / (i + 1), i)),
        ];
        _inputs = new()
        {
            BaseRate = 0.1,
            Factor = 0.9,
            ImplicitRate = 0.05,
            Floor = 0.001,
            Transactions = transactions,
            Releases = [new("2.0", "production", Now.AddMinutes(-5), TimeSpan.FromHours(1))],
        };
        _document = RulesGenerator.Generate(_inputs, Now);
        _rates = transactions.ToDictionary(static item => item.Name, static item => item.Rate, StringComparer.OrdinalIgnoreCase);
    }

    [Benchmark]
    public RulesDocument Generate() => RulesGenerator.Generate(_inputs, Now);

    [Benchmark]
    public byte[] Serialize() => JsonSerializer.SerializeToUtf8Bytes(_document, JsonSerializerOptions.Web);

    /// <summary>The floor of asking.</summary>
    [Benchmark(Baseline = true)]
    public double DictionaryLookup() => _rates.GetValueOrDefault(FirstTransaction.Transaction!);

    /// <summary>The first rule decides.</summary>
    [Benchmark]
    public double? RateOfHealthCheck() => RulesEvaluator.Rate(_document, HealthCheck, Now);

    /// <summary>Every rule is asked, and the first of the transactions has a factor.</summary>
    [Benchmark]
    public double? RateOfFirstTransaction() => RulesEvaluator.Rate(_document, FirstTransaction, Now);

    /// <summary>The same with the last of them.</summary>
    [Benchmark]
    public double? RateOfLastTransaction() => RulesEvaluator.Rate(_document, LastTransaction, Now);

    /// <summary>The same with none.</summary>
    [Benchmark]
    public double? RateOfOtherTransaction() => RulesEvaluator.Rate(_document, OtherTransaction, Now);

    [Benchmark]
    public int EvaluateOtherTransaction() => RulesEvaluator.Evaluate(_document, OtherTransaction, Now).Rules.Count;

    [Benchmark]
    public bool PatternsByHand() => HealthChecks.IsHealthCheck(Path);

    [Benchmark]
    public bool PatternsByCondition() => HealthChecks.Condition.Matches(OtherTransaction);

    /// <summary>What a user would pick for the same patterns.</summary>
    [Benchmark]
    public bool PatternsByRegex()
    {
        foreach (var pattern in _patterns)
        {
            if (pattern.IsMatch(Path))
                return true;
        }

        return false;
    }

    private static TraceFields Fields(string transaction) => new() { Transaction = transaction, Release = "2.0", Environment = "production" };
}
