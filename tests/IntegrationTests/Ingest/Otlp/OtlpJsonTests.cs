using System.Text;
using DynamicSampling.Api.Ingest.Otlp;

namespace DynamicSampling.IntegrationTests.Ingest.Otlp;

public class OtlpJsonTests
{
    private const string Ids = "\"traceId\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"spanId\":\"00f067aa0ba902b7\"";
    private static readonly SpanIdentity Identity = new(new UInt128(0x4bf92f3577b34da6, 0xa3ce929d0e0e4736), 0x00f067aa0ba902b7);

    [Theory]
    [InlineData("{}")]
    [InlineData(" \r\n\t{ } \n")]
    [InlineData("\uFEFF{}")]
    [InlineData("""{"resourceSpans":[]}""")]
    [InlineData("""{"resourceSpans":null}""")]
    [InlineData("""{"resourceSpans":[{}]}""")]
    [InlineData("""{"resourceSpans":[{"scopeSpans":null,"resource":null}]}""")]
    [InlineData("""{"resourceSpans":[{"scopeSpans":[{"spans":null}],"resource":{"attributes":null}}]}""")]
    [InlineData("""{"resource_spans":[{"scope_spans":[{"spans":[{}]}]}]}""")]
    [InlineData("""{"unknown":{"resourceSpans":[{"scopeSpans":[{"spans":[{}]}]}]},"other":[[{}],1,true,"x"]}""")]
    public void Read_NothingInside_NoSpans(string body) => Assert.Empty(FoundSpans.InJson(body));

    [Fact]
    public void Read_Root_AllOfIt()
    {
        const string Body = """
            {"resourceSpans": [{
              "resource": {"attributes": [
                {"key": "service.name", "value": {"stringValue": "checkout"}},
                {"key": "service.version", "value": {"stringValue": "1.2"}},
                {"key": "deployment.environment.name", "value": {"stringValue": "production"}}], "droppedAttributesCount": 0},
              "scopeSpans": [{"scope": {"name": "scope"}, "schemaUrl": "", "spans": [{
                "traceId": "4BF92F3577B34DA6A3CE929D0E0E4736", "spanId": "00f067aa0ba902b7", "traceState": "ot=th:8", "name": "GET /", "kind": 2,
                "startTimeUnixNano": "1795341600000000000", "endTimeUnixNano": "5", "attributes": [{"key": "http.route", "value": {"stringValue": "/"}}],
                "events": [{"name": "event", "attributes": []}], "links": [], "status": {"code": 2}, "flags": 257}]}]}]}
            """;

        Assert.Equal([new("checkout", "1.2", "production", "GET /", Identity, 1_795_341_600_000_000_000UL, 0.5)], FoundSpans.InJson(Body));
    }

    [Fact]
    public void Read_EmptySpan_IsARootOfWhichNothingIsKnown()
    {
        Assert.Equal(new("", "", "", "", default, 0, Probability: null), Only("{}"));
        Assert.Equal(
            new("", "", "", "", default, 0, Probability: null),
            Only("""{"traceId":null,"spanId":null,"traceState":null,"parentSpanId":null,"name":null,"startTimeUnixNano":null,"attributes":null}"""));
    }

    [Theory]
    [InlineData("\"\"", true)]
    [InlineData("null", true)]
    [InlineData("\"0000000000000000\"", true)]
    [InlineData("\"\\u0030\"", true)]
    [InlineData("\"0000000000000001\"", false)]
    [InlineData("\"00f067aa0ba902b7\"", false)]
    [InlineData("\"no id\"", false)]
    public void Read_ParentId_ARootHasNone(string parent, bool isRoot) =>
        Assert.Equal(isRoot ? 1 : 0, Found($$"""{"parentSpanId":{{parent}},"name":"a"}""").Count);

    [Fact]
    public void Read_MembersTwice_TheLastCounts()
    {
        var span = Only($$"""
            {"traceId":"01","name":"first","parentSpanId":"00f067aa0ba902b7","startTimeUnixNano":1,"traceState":"ot=th:8",
             {{Ids}},"name":"second","parentSpanId":"","startTimeUnixNano":2,"traceState":"ot=th:c"}
            """);

        Assert.Equal(new("", "", "", "second", Identity, 2, 0.25), span);
    }

    [Fact]
    public void Read_ArraysTwice_GoOn()
    {
        const string Spans = """ "spans":[{"name":"a"}],"spans":[{"name":"b"}] """;
        const string Scopes = $$""" "scopeSpans":[{ {{Spans}} }],"scopeSpans":[{ {{Spans}} },{}] """;
        const string Resource = """ "resource":{"attributes":[{"key":"service.name","value":{"stringValue":"s"}}],"attributes":[{"key":"service.version","value":{"stringValue":"1"}}]} """;
        const string Expected = "s1a s1b s1a s1b";

        foreach (var item in (string[])[$"{Resource},{Scopes}", $"{Scopes},{Resource}"])
        {
            var found = FoundSpans.InJson($$"""{"resourceSpans":[{ {{item}} }],"resourceSpans":[{ {{item}} }]}""");
            Assert.Equal($"{Expected} {Expected}", string.Join(' ', found.Select(static span => span.Service + span.Release + span.Name)));
        }

        Assert.Equal(0.5, Only("""{"attributes":[{"key":"sampler.type","value":{"stringValue":"probabilistic"}}],"attributes":[{"key":"sampler.param","value":{"stringValue":"0.5"}}]}""").Probability);
    }

    [Fact]
    public void Read_ScopesBeforeAndAfterTheResource_InTheirOrder()
    {
        var found = FoundSpans.InJson("""
            {"resourceSpans":[{
              "x":1,"scopeSpans":[{"spans":[{"name":"a"}]}],"y":{"scopeSpans":[]},
              "resource":{"attributes":[{"key":"service.name","value":{"stringValue":"s"}}]},"scopeSpans":[{"spans":[{"name":"b"}]}],"z":[]},
             {"scopeSpans":[{"spans":[{"name":"c"}]}]}]}
            """);

        Assert.Equal(["s a", "s b", " c"], found.Select(static span => $"{span.Service} {span.Name}"));
    }

    [Fact]
    public void Read_ResourceTwice_Throws()
    {
        const string Scopes = """ "scopeSpans":[{"spans":[{}]}] """;

        Assert.Throws<InvalidOtlpException>(() => FoundSpans.InJson($$"""{"resourceSpans":[{"resource":{}, {{Scopes}}, "resource":{} }]}"""));
        Assert.Throws<InvalidOtlpException>(() => FoundSpans.InJson($$"""{"resourceSpans":[{"resource":{},"resource":{}, {{Scopes}} }]}"""));
        Assert.Single(FoundSpans.InJson($$"""{"resourceSpans":[{"resource":null, {{Scopes}}, "resource":{} }]}"""));
    }

    [Theory]
    [InlineData("\"1795341600000000001\"", 1_795_341_600_000_000_001UL)]
    [InlineData("1795341600000000001", 1_795_341_600_000_000_001UL)]
    [InlineData("1.7953416e18", 1_795_341_600_000_000_000UL)]
    [InlineData("1795341600000000000.0", 1_795_341_600_000_000_000UL)]
    [InlineData("\"18446744073709551615\"", ulong.MaxValue)]
    [InlineData("18446744073709551615", ulong.MaxValue)]
    [InlineData("\"\\u0031\\u0032\"", 12UL)]
    [InlineData("null", 0UL)]
    [InlineData("0", 0UL)]
    public void Read_Start_AsStringOrNumber(string start, ulong expected) =>
        Assert.Equal(expected, Only($$"""{"startTimeUnixNano":{{start}}}""").Start);

    [Theory]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("18446744073709551616")]
    [InlineData("1e20")]
    [InlineData("1e999")]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("\"\"")]
    [InlineData("\"-1\"")]
    [InlineData("\" 1\"")]
    [InlineData("\"1\\u0000\"")]
    [InlineData("\"18446744073709551616\"")]
    [InlineData("\"soon\"")]
    public void Read_StartThatIsNone_Throws(string start) =>
        Assert.Throws<InvalidOtlpException>(() => Only($$"""{"startTimeUnixNano":{{start}}}"""));

    [Theory]
    [InlineData("\"stringValue\":\"0.5\"", 0.5)]
    [InlineData("\"doubleValue\":0.5", 0.5)]
    [InlineData("\"doubleValue\":\"0.5\"", 0.5)]
    [InlineData("\"doubleValue\":5e-1", 0.5)]
    [InlineData("\"intValue\":1", 1.0)]
    [InlineData("\"intValue\":\"1\"", 1.0)]
    [InlineData("\"intValue\":\"\\u0031\"", 1.0)]
    [InlineData("\"intValue\":\"-1\"", null)]
    [InlineData("\"intValue\":1e+30", null)]
    [InlineData("\"doubleValue\":\"NaN\"", null)]
    [InlineData("\"doubleValue\":\"-Infinity\"", null)]
    [InlineData("\"doubleValue\":null", null)]
    [InlineData("\"boolValue\":true", null)]
    [InlineData("\"unknown\":[{}],\"doubleValue\":0.5,\"unknown\":1", 0.5)]
    [InlineData("\"doubleValue\":0.5,\"stringValue\":null", 0.5)]
    [InlineData("\"doubleValue\":0.5,\"boolValue\":true", null)]
    [InlineData("\"stringValue\":\"0.5\",\"arrayValue\":{\"values\":[{}]}", null)]
    [InlineData("\"kvlistValue\":{},\"stringValue\":\"0.5\"", 0.5)]
    [InlineData("\"stringValue\":\"0.25\",\"bytesValue\":\"AA==\"", null)]
    [InlineData("\"stringValue\":\"0.25\",\"doubleValue\":0.5", 0.5)]
    [InlineData("\"\\u0073tringValue\":\"0\\u002E5\"", 0.5)]
    [InlineData("", null)]
    public void Read_SamplerParameter_OfAnyKind(string value, double? expected)
    {
        var type = """{"value":{"stringValue":"probabilistic"},"key":"sampler.type"}""";

        Assert.Equal(expected, Only($$$"""{"attributes":[{{{type}}},{"key":"sampler.param","value":{{{{value}}}}}]}""").Probability);
    }

    [Theory]
    [InlineData("""{"key":"sampler.param"}""")]
    [InlineData("""{"key":"sampler.param","value":null}""")]
    [InlineData("""{"value":{"stringValue":"0.5"}}""")]
    [InlineData("""{"key":null,"value":{"stringValue":"0.5"}}""")]
    [InlineData("{}")]
    public void Read_PartOfAnAttribute_SaysNothing(string attribute) => Assert.Null(Only($$"""{"attributes":[{{attribute}}]}""").Probability);

    [Theory]
    [InlineData("01", "00f067aa0ba902b7")]
    [InlineData("4bf92f3577b34da6a3ce929d0e0e473", "00f067aa0ba902b7")]
    [InlineData("4bf92f3577b34da6a3ce929d0e0e47366", "00f067aa0ba902b7")]
    [InlineData("4bf92f3577b34da6a3ce929d0e0e473g", "00f067aa0ba902b7")]
    [InlineData("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b")]
    [InlineData("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b ")]
    [InlineData("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b\\u0000")]
    [InlineData("4bf92f3577b34da6a3ce929d0e0e4736", "0000000000000000")]
    [InlineData("00000000000000000000000000000000", "00f067aa0ba902b7")]
    [InlineData("S/kvNXezTaajzpKdDg5HNg==", "APBnqgupArc=")]
    public void Read_IdsThatAreNone_NameNothing(string traceId, string spanId) =>
        Assert.Equal(default, Only($$"""{"traceId":"{{traceId}}","spanId":"{{spanId}}"}""").Identity);

    [Fact]
    public void Read_EscapedMembersAndTexts_AreResolved()
    {
        var found = FoundSpans.InJson("""
            {"resource\u0053pans":[{"\u0072esource":{"attributes":[{"\u006bey":"service\u002ename","value":{"stringValue":"\u00fcber\/\ud83d\uded2"}}]},
             "scopeSpan\u0073":[{"spans":[{"traceI\u0064":"\u0034bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b\u0037","n\u0061me":"a \"b\" \\ \n","traceState":"ot=th\u003a8"}]}]}]}
            """);

        Assert.Equal([new("über/🛒", "", "", "a \"b\" \\ \n", Identity, 0, 0.5)], found);
    }

    [Fact]
    public void Read_HalvesOfSurrogatePairs_AreReplaced()
    {
        var span = Only("""{"\ud83d":"\ude00","name":"a\ud83d","traceState":"\ud83d,ot=th:8","\udead":[],"attributes":[{"key":"\ud83d","value":{"\ud83d":1,"stringValue":"\ud83d"}}]}""");

        Assert.Equal(("a\uFFFD", 0.5), (span.Name, span.Probability));
    }

    [Fact]
    public void Read_TextsThatAreNoUtf8_AreHandedOver()
    {
        byte[] body =
        [
            .. "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"\xFF\",\"value\":{\"stringValue\":\""u8, 0xFE,
            .. "\"}}]},\"scopeSpans\":[{\"spans\":[{\"name\":\"a"u8, 0xFF, 0xC3, .. "\",\""u8, 0xFF, .. "\":\""u8, 0xE6, 0x9D, .. "\\n\",\"traceState\":\""u8, 0xFF, .. "\\t\"}]}]}]}"u8,
        ];

        Assert.Equal("a\uFFFD\uFFFD", Assert.Single(FoundSpans.InJson(body)).Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\uFEFF")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("\"{}\"")]
    [InlineData("{")]
    [InlineData("{}}")]
    [InlineData("{}{}")]
    [InlineData("{} x")]
    [InlineData("{},")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{'a':1}")]
    [InlineData("{/**/}")]
    [InlineData("{\"a\":\"\n\"}")]
    [InlineData("{\"a\":\"\\x\"}")]
    [InlineData("{\"a\":\"\\u12\"}")]
    [InlineData("{\"a\":NaN}")]
    [InlineData("{\"a\":01}")]
    public void Read_NoJsonObject_Throws(string body) => Assert.Throws<InvalidOtlpException>(() => FoundSpans.InJson(body));

    [Theory]
    [InlineData("""{"resourceSpans":{}}""")]
    [InlineData("""{"resourceSpans":""}""")]
    [InlineData("""{"resourceSpans":[[]]}""")]
    [InlineData("""{"resourceSpans":[null]}""")]
    [InlineData("""{"resourceSpans":[{"resource":[]}]}""")]
    [InlineData("""{"resourceSpans":[{"resource":{"attributes":{}}}]}""")]
    [InlineData("""{"resourceSpans":[{"resource":{"attributes":[{"key":"k","value":"v"}]}}]}""")]
    [InlineData("""{"resourceSpans":[{"scopeSpans":{}}]}""")]
    [InlineData("""{"resourceSpans":[{"scopeSpans":[1]}]}""")]
    [InlineData("""{"resourceSpans":[{"scopeSpans":[{"spans":{}}]}]}""")]
    [InlineData("""{"resourceSpans":[{"scopeSpans":[{"spans":["x"]}]}]}""")]
    [InlineData("""{"resourceSpans":[{"resource":{},"scopeSpans":[{"spans":["x"]}]}]}""")]
    public void Read_WrongType_Throws(string body) => Assert.Throws<InvalidOtlpException>(() => FoundSpans.InJson(body));

    [Theory]
    [InlineData("\"traceId\":1")]
    [InlineData("\"spanId\":{}")]
    [InlineData("\"traceState\":[]")]
    [InlineData("\"parentSpanId\":0")]
    [InlineData("\"parentSpanId\":false")]
    [InlineData("\"name\":1")]
    [InlineData("\"name\":{\"a\":\"b\"}")]
    [InlineData("\"attributes\":{}")]
    [InlineData("\"attributes\":[null]")]
    [InlineData("\"attributes\":[{\"key\":1}]")]
    [InlineData("\"attributes\":[{\"value\":1}]")]
    [InlineData("\"attributes\":[{\"value\":{\"stringValue\":1}}]")]
    [InlineData("\"attributes\":[{\"value\":{\"intValue\":true}}]")]
    [InlineData("\"attributes\":[{\"value\":{\"intValue\":\"one\"}}]")]
    [InlineData("\"attributes\":[{\"value\":{\"doubleValue\":{}}}]")]
    public void Read_SpanWithAWrongType_Throws(string member) => Assert.Throws<InvalidOtlpException>(() => Found($"{{{member}}}"));

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    [InlineData(1_000_000, false)]
    public void Read_Nested_DownTo64(int depth, bool isTaken)
    {
        var body = $$"""{"a":{{new string('[', depth)}}{{new string(']', depth)}}}""";

        if (isTaken)
            Assert.Empty(FoundSpans.InJson(body));
        else
            Assert.Throws<InvalidOtlpException>(() => FoundSpans.InJson(body));
    }

    [Fact]
    public void Read_CutShort_Throws()
    {
        var body = Encoding.UTF8.GetBytes($$"""{"resourceSpans":[{"scopeSpans":[{"spans":[{ {{Ids}},"name":"\u00fc\n","attributes":[{"key":"k","value":{"intValue":"1"} }]}]}],"resource":{} }]}""");

        Assert.Single(FoundSpans.InJson(body));
        for (var length = 0; length < body.Length; length++)
            Assert.Throws<InvalidOtlpException>(() => FoundSpans.InJson(body.AsSpan(0, length)));
    }

    [Fact]
    public void Read_TheTakerFails_ItsOwnExceptionComesOut()
    {
        Assert.Throws<InvalidOperationException>(static () =>
        {
            var taker = default(FailingTaker);
            OtlpJson.Read("""{"resourceSpans":[{"resource":{},"scopeSpans":[{"spans":[{}]}]}]}"""u8, ref taker);
        });
    }

    private static List<FoundSpan> Found(string span) => FoundSpans.InJson($$"""{"resourceSpans":[{"resource":{},"scopeSpans":[{"spans":[{{span}}]}]}]}""");

    private static FoundSpan Only(string span) => Assert.Single(Found(span));

    private readonly struct FailingTaker : IRootSpans
    {
        public void Begin(in SpanResource resource)
        {
        }

        public void Add(in RootSpan span) => throw new InvalidOperationException("Full.");
    }
}
