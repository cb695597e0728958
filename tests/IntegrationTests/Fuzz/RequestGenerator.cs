using DynamicSampling.Tests.Otlp;
using Google.Protobuf;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using DynamicSampling.IntegrationTests.Ingest.Otlp;

namespace DynamicSampling.IntegrationTests.Fuzz;

/// <summary>
/// Makes requests for operations: good ones, ones that are odd in one place, and ones that are odd all over. The same seed makes the same, as far as
/// they do not use what was answered before.
/// </summary>
internal sealed class RequestGenerator
{
    // Of a thousand requests, how many are odd in that place; somewhat more than half of all are odd nowhere.
    private const int OddMethods = 15;
    private const int OddPaths = 25;
    private const int OddNames = 60;
    private const int OddQueries = 60;
    private const int OddCursors = 100;
    private const int OddHeaders = 100;
    private const int OddMediaTypes = 40;
    private const int OddEncodings = 15;
    private const int OddBodies = 330;

    private static readonly IReadOnlyList<byte[]> RecordedJson = RecordedBodies.ReadAll(".json");
    private static readonly IReadOnlyList<byte[]> RecordedProtobuf = RecordedBodies.ReadAll(".pb");
    private static readonly IReadOnlyList<ExportMetricsServiceRequest> Metrics = [.. Enumerable.Range(0, 20).Select(seed => new RandomMetrics(seed).Next())];
    private static readonly IReadOnlyList<byte[]> MetricsJson = [.. Metrics.Select(request => Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(request)))];
    private static readonly IReadOnlyList<byte[]> MetricsProtobuf = [.. Metrics.Select(request => request.ToByteArray())];

    private readonly Random _random;
    private readonly JsonBodies _json;
    private readonly Dictionary<OperationContent, BodyMutator> _mutators = [];
    private readonly int _seed;
    private int _turn;

    /// <param name="document">The OpenAPI document.</param>
    /// <param name="now">What the service takes for now.</param>
    /// <param name="seed">What makes it others.</param>
    public RequestGenerator(JsonElement document, DateTimeOffset now, int seed)
    {
        _seed = seed;
        _random = new(seed);
        Vocabulary = new(_random);
        _json = new(document, Vocabulary, now, _random);
    }

    /// <summary>What it knows; answers may add to it.</summary>
    public Vocabulary Vocabulary { get; }

    /// <summary>The operations in turns.</summary>
    public Operation NextOf(IReadOnlyList<Operation> operations) => operations[_turn++ % operations.Count];

    public FuzzRequest Next(Operation operation)
    {
        var method = Happens(OddMethods) ? Pick(Oddities.Methods) : operation.Method;
        var headers = new List<(string, string)>();
        var body = operation.Contents.Count > 0 ? BodyOf(operation, headers) : null;
        // Where none is expected, too.
        if (body is null && Happens(OddBodies / 10))
            body = Encoding.UTF8.GetBytes(Pick(Oddities.JsonTokens));
        AddHeaders(operation, headers);
        return new(method, PathOf(operation) + QueryOf(operation), headers, body);
    }

    private string PathOf(Operation operation)
    {
        var segments = operation.Path.Split('/');
        for (var i = 1; i < segments.Length; i++)
        {
            if (segments[i] is ['{', .. var name, '}'])
                segments[i] = Encode(Happens(OddNames) ? Pick(Oddities.Texts) : ValueOf(operation.Parameters.First(parameter => parameter.Name == name), segments[i - 1]));
        }

        var path = string.Join('/', segments);
        if (!Happens(OddPaths))
            return path;
        var at = _random.Next(1, segments.Length);
        return _random.Next(9) switch
        {
            0 => path + Pick(["/", "//", "/.", "/..", "%2F", "%00", "%", "%zz", ";a=b", ".json", "/%2e%2e", "%20", "\u00E9"]),
            1 => path.Replace("/", "//", StringComparison.Ordinal),
            2 => path.ToUpperInvariant(),
            3 => "/x/%2e%2e" + path,
            4 => "/./" + path,
            5 => string.Join('/', segments[..at]),
            6 => string.Join('/', [.. segments[..at], Encode(Pick(Oddities.Texts)), .. segments[at..]]),
            7 => string.Join('/', [.. segments[..at], "..", .. segments[at..]]),
            _ => path + "/" + new string('x', 8000),
        };
    }

    private string QueryOf(Operation operation)
    {
        var pairs = new List<string>();
        foreach (var parameter in operation.Parameters)
        {
            if (parameter.In != "query")
                continue;
            if (parameter.Example is not null || parameter.Type == "boolean" || _random.Next(2) == 0)
                pairs.Add($"{parameter.Name}={Encode(parameter.Name == "cursor" ? Vocabulary.Cursor(operation.Path) ?? "" : ValueOf(parameter, collection: ""))}");
            if (parameter.Name == "cursor" && Happens(OddCursors) && Vocabulary.Cursor(operation.Path) is { } cursor)
                pairs.Add($"cursor={SpoiltCursor(cursor)}");
            if (Happens(OddQueries))
                pairs.Add($"{parameter.Name}={Encode(Pick(Oddities.Texts))}");
        }

        if (Happens(OddQueries / 4))
            pairs.Add(Pick(["=", "&", "&&&", "a", "a=b=c", "%", "%00=%00", "limit", "limit=", "limit[]=1", "cursor=%FF", "?", "LIMIT=1", "a=" + new string('a', 9000)]));
        return pairs.Count == 0 ? "" : "?" + string.Join('&', pairs);
    }

    // One that somebody has made up who knows what is in them.
    private string SpoiltCursor(string cursor) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(_json.Spoil(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)))));

    // What is good there, as far as anybody knows.
    private string ValueOf(OperationParameter parameter, string collection) => parameter.Type switch
    {
        // Small ones, so that there is a next page.
        "integer" => _random.Next(1, 4).ToString(System.Globalization.CultureInfo.InvariantCulture),
        "boolean" => Vocabulary.Find(parameter.Name) ?? (_random.Next(2) == 0 ? "true" : "false"),
        // Some examples are about the same thing.
        _ => (parameter.Example is null || _random.Next(3) != 0 ? Vocabulary.Find(parameter.Name, collection) : null) ?? parameter.Example ?? "word",
    };

    private byte[] BodyOf(Operation operation, List<(string, string)> headers)
    {
        var content = operation.Contents[_random.Next(operation.Contents.Count)];
        var bytes = BytesOf(content, operation);
        if (Happens(OddMediaTypes))
        {
            for (var times = _random.Next(3); times > 0; times--)
                headers.Add(("Content-Type", Pick(Oddities.MediaTypes)));
        }
        else
        {
            headers.Add(("Content-Type", content.MediaType));
        }

        if (operation.SpeaksOtlp && _random.Next(3) == 0)
        {
            headers.Add(("Content-Encoding", "gzip"));
            bytes = SpoiltGzip.Compress(bytes, _random);
        }
        else if (Happens(OddEncodings))
        {
            headers.Add(("Content-Encoding", Pick(Oddities.Encodings)));
        }

        return bytes;
    }

    private byte[] BytesOf(OperationContent content, Operation operation)
    {
        var recorded = !operation.SpeaksOtlp ? []
            : operation.Path.EndsWith("/metrics", StringComparison.Ordinal) ? content.IsJson ? MetricsJson : MetricsProtobuf
            : content.IsJson ? RecordedJson : RecordedProtobuf;
        if (!Happens(OddBodies))
            return recorded.Count > 0 ? recorded[_random.Next(recorded.Count)] : Encoding.UTF8.GetBytes(_json.Good(content));
        // Spoilt as bytes, or as JSON.
        if (!_mutators.TryGetValue(content, out var mutator))
            _mutators.Add(content, mutator = new(_seed + _mutators.Count, recorded.Count > 0 ? recorded : [Encoding.UTF8.GetBytes(content.ExampleText)]));
        if (!content.MediaType.Contains("json", StringComparison.Ordinal) || _random.Next(3) == 0)
            return mutator.Next();
        var text = _json.Spoilt(content);
        return _random.Next(20) switch
        {
            0 => Encoding.Unicode.GetBytes(text),
            1 => Encoding.Latin1.GetBytes(text),
            2 => [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(text)],
            _ => Encoding.UTF8.GetBytes(text),
        };
    }

    private void AddHeaders(Operation operation, List<(string, string)> headers)
    {
        foreach (var parameter in operation.Parameters)
        {
            if (parameter.In != "header" || _random.Next(3) != 0)
                continue;
            // An example of a header that makes requests the same would make nearly all of them the same.
            var value = parameter.Name switch
            {
                "If-Match" => Vocabulary.EntityTag(),
                "Idempotency-Key" => $"key-{_random.Next(1000)}",
                _ => parameter.Example,
            };
            headers.Add((parameter.Name, value ?? parameter.Example ?? "word"));
        }

        while (Happens(OddHeaders))
        {
            var (name, values) = Oddities.Headers[_random.Next(Oddities.Headers.Length)];
            headers.Add((name, Pick(values)));
        }
    }

    private string Encode(string text) => _random.Next(150) switch
    {
        0 => Uri.EscapeDataString(Uri.EscapeDataString(text)),
        1 => string.Concat(Encoding.UTF8.GetBytes(text).Select(octet => $"%{octet:x2}")),
        2 => "%FF" + Uri.EscapeDataString(text),
        3 => Uri.EscapeDataString(text) + "%E2%82",
        _ => Uri.EscapeDataString(text),
    };

    private bool Happens(int ofAThousand) => _random.Next(1000) < ofAThousand;

    private string Pick(string[] values) => values[_random.Next(values.Length)];
}
