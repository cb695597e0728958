using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DynamicSampling.Api.Serving.XRay;

/// <summary>The rules of an organization as X-Ray's samplers fetch them: one version of its rates, ready to be sent.</summary>
internal sealed class XRayRules
{
    /// <summary>Clients that report rules of earlier have not heard of the new ones yet: they ask every ten seconds, and for rules every five minutes.</summary>
    private static readonly TimeSpan FormerKept = TimeSpan.FromMinutes(10);

    /// <summary>X-Ray's own default rule has this priority, and comes after all others.</summary>
    private const int DefaultPriority = 10_000;

    // So that the longest names fit in what clients read: those of .NET stop at 1 MiB.
    private static readonly JsonWriterOptions Short = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ServedOrganization _served;
    private readonly Dictionary<string, XRayRule> _rules;
    private readonly Dictionary<string, FormerRule> _former;
    private readonly ConcurrentDictionary<string, OperationRates> _rates = new(StringComparer.Ordinal);

    /// <param name="served">The rates.</param>
    /// <param name="before">The rules before these; null when there were none.</param>
    /// <param name="now">When they are made.</param>
    public XRayRules(ServedOrganization served, XRayRules? before, DateTimeOffset now)
    {
        _served = served;
        var rules = XRayRuleMaker.Make(served);
        _rules = rules.ToDictionary(rule => rule.Name, StringComparer.Ordinal);
        _former = FormerOf(before, now);
        Body = Write(rules);
        // Rounded up, and a second more, since another process may serve what was before for as long. A client that fetched them meanwhile does so once more.
        LastModification = before is null
            ? now.ToUnixTimeSeconds() + 2
            : Body.AsSpan().SequenceEqual(before.Body) ? before.LastModification : Math.Max(before.LastModification, now.ToUnixTimeSeconds() + 2);
    }

    /// <summary>The JSON, in UTF-8.</summary>
    public byte[] Body { get; }

    /// <summary>When they last changed, in seconds since the Unix epoch: clients whose rules are older fetch them at once.</summary>
    public long LastModification { get; }

    /// <summary>A rule by its name, also one that there was until lately; null when there is none.</summary>
    public XRayRule? Find(string name) => _rules.GetValueOrDefault(name) ?? (_former.TryGetValue(name, out var former) ? former.Rule : null);

    /// <summary>What the clients of a service that has a rule obey.</summary>
    public OperationRates RatesOf(string service) => _rates.GetOrAdd(service, static (name, rules) => rules.MakeRatesOf(name), this);

    private OperationRates MakeRatesOf(string service)
    {
        var others = _rules.GetValueOrDefault(XRayRule.NameOf(service, XRayPattern.Everything))?.Rate ?? _served.Default.Rates.Others;
        var operations = new List<(string, double)>();
        foreach (var transaction in _served.Projects[service].Transactions)
        {
            if (XRayPattern.OfTransaction(transaction.Transaction) is { } pattern && _rules.TryGetValue(XRayRule.NameOf(service, pattern), out var rule) && rule.Rate != others)
                operations.Add((transaction.Transaction, rule.Rate));
        }

        return new(_served.Version, others, operations);
    }

    /// <summary>Rules that there are no more, of services that there still are. Their requests get the rate of whatever else the service is asked for.</summary>
    private Dictionary<string, FormerRule> FormerOf(XRayRules? before, DateTimeOffset now)
    {
        var former = new Dictionary<string, FormerRule>(StringComparer.Ordinal);
        if (before is null)
            return former;
        foreach (var (rule, until) in before._rules.Values.Select(rule => new FormerRule(rule, now + FormerKept)).Concat(before._former.Values))
        {
            if (former.Count >= XRayRuleMaker.MaxRules)
                break;
            if (until > now && !_rules.ContainsKey(rule.Name) && rule.Service is { } service
                && _rules.TryGetValue(XRayRule.NameOf(service, XRayPattern.Everything), out var others) && string.Equals(others.Service, service, StringComparison.Ordinal))
                former.TryAdd(rule.Name, new(rule with { Rate = others.Rate }, until));
        }

        return former;
    }

    private static byte[] Write(List<XRayRule> rules)
    {
        var buffer = new ArrayBufferWriter<byte>(rules.Count * 320);
        using (var json = new Utf8JsonWriter(buffer, Short))
        {
            json.WriteStartObject();
            json.WriteStartArray("SamplingRuleRecords"u8);
            for (var i = 0; i < rules.Count; i++)
                WriteRecord(json, rules[i], i + 1 < rules.Count ? i + 1 : DefaultPriority);
            json.WriteEndArray();
            json.WriteNull("NextToken"u8);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    // Exactly these members: the client of Python refuses others. No reservoir: it would keep a trace a second of each client and rule, whatever the rate.
    private static void WriteRecord(Utf8JsonWriter json, XRayRule rule, int priority)
    {
        json.WriteStartObject();
        json.WriteStartObject("SamplingRule"u8);
        json.WriteString("RuleName"u8, rule.Name);
        json.WriteString("RuleARN"u8, rule.Name);
        json.WriteNumber("Priority"u8, priority);
        json.WriteNumber("FixedRate"u8, rule.Rate);
        json.WriteNumber("ReservoirSize"u8, 0);
        json.WriteString("ServiceName"u8, rule.Service ?? "*");
        json.WriteString("ServiceType"u8, "*"u8);
        json.WriteString("Host"u8, "*"u8);
        json.WriteString("HTTPMethod"u8, rule.Pattern.Method);
        json.WriteString("URLPath"u8, rule.Pattern.Path);
        json.WriteString("ResourceARN"u8, "*"u8);
        json.WriteStartObject("Attributes"u8);
        json.WriteEndObject();
        json.WriteNumber("Version"u8, 1);
        json.WriteEndObject();
        // Always the same: the client of Java drops its counts when an answer differs in anything.
        json.WriteNumber("CreatedAt"u8, 0);
        json.WriteNumber("ModifiedAt"u8, 0);
        json.WriteEndObject();
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct FormerRule(XRayRule Rule, DateTimeOffset Until);
}
