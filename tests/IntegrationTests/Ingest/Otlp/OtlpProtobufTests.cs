using System.Text;
using DynamicSampling.Api.Ingest.Otlp;

namespace DynamicSampling.IntegrationTests.Ingest.Otlp;

public class OtlpProtobufTests
{
    private static readonly byte[] TraceId = [0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6, 0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47, 0x36];
    private static readonly byte[] SpanId = [0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7];
    private static readonly SpanIdentity Identity = new(new UInt128(0x4bf92f3577b34da6, 0xa3ce929d0e0e4736), 0x00f067aa0ba902b7);

    [Fact]
    public void Read_EmptyBody_NoSpans() => Assert.Empty(FoundSpans.InProtobuf());

    [Fact]
    public void Read_NothingInside_NoSpans()
    {
        Assert.Empty(FoundSpans.InProtobuf(Message().Message(1).ToArray()));
        Assert.Empty(FoundSpans.InProtobuf(Message().Message(1, Message().Message(1).Message(2)).ToArray()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(10)]
    public void Read_Root_AllOfIt(int lengthBytes)
    {
        var span = new ProtobufWriter { LengthBytes = lengthBytes }
            .Bytes(1, TraceId).Bytes(2, SpanId).Text(3, "ot=th:8").Text(5, "GET /").Varint(6, 2).Fixed64(7, 1_795_341_600_000_000_000UL).Fixed64(8, 5UL)
            .Message(9, Attribute("http.route", Text("/"))).Message(11, Message().Text(2, "event")).Message(15, Message().Varint(3, 2)).Fixed32(16, 257);
        var resource = new ProtobufWriter { LengthBytes = lengthBytes }
            .Message(1, Attribute("service.name", Text("checkout")))
            .Message(1, Attribute("service.version", Text("1.2")))
            .Message(1, Attribute("deployment.environment.name", Text("production")))
            .Varint(2, 0);
        var scope = new ProtobufWriter { LengthBytes = lengthBytes }.Message(1, Message().Text(1, "scope")).Message(2, span).Text(3, "schema");
        var body = new ProtobufWriter { LengthBytes = lengthBytes }
            .Message(1, new ProtobufWriter { LengthBytes = lengthBytes }.Message(1, resource).Message(2, scope).Text(3, "schema"));

        Assert.Equal([new("checkout", "1.2", "production", "GET /", Identity, 1_795_341_600_000_000_000UL, 0.5)], FoundSpans.InProtobuf(body.ToArray()));
    }

    [Fact]
    public void Read_EmptySpan_IsARootOfWhichNothingIsKnown() =>
        Assert.Equal(new("", "", "", "", default, 0, Probability: null), Only(Message()));

    [Theory]
    [InlineData("", true)]
    [InlineData("00", true)]
    [InlineData("0000000000000000", true)]
    [InlineData("0000000000000001", false)]
    [InlineData("0100000000000000", false)]
    [InlineData("00F067AA0BA902B7", false)]
    [InlineData("01", false)]
    public void Read_ParentId_ARootHasNone(string parent, bool isRoot) =>
        Assert.Equal(isRoot ? 1 : 0, Found(Message().Bytes(1, TraceId).Bytes(4, Convert.FromHexString(parent)).Text(5, "name")).Count);

    [Fact]
    public void Read_ParentIdTwice_TheLastCounts()
    {
        Assert.Single(Found(Message().Bytes(4, SpanId).Bytes(4)));
        Assert.Empty(Found(Message().Bytes(4).Text(5, "name").Bytes(4, SpanId)));
    }

    [Fact]
    public void Read_SingularFieldsTwice_TheLastCounts()
    {
        var span = Message()
            .Bytes(1, 1).Bytes(2, 1).Text(3, "ot=th:8").Text(5, "first").Fixed64(7, 1UL)
            .Bytes(1, TraceId).Bytes(2, SpanId).Text(3, "ot=th:c").Text(5, "second").Fixed64(7, 2UL);

        Assert.Equal(new("", "", "", "second", Identity, 2, 0.25), Only(span));
        Assert.Equal("", Only(Message().Text(5, "first").Text(5, "")).Name);
    }

    [Fact]
    public void Read_ResourceAfterItsSpans_IsTheirs()
    {
        var spans = Message().Message(2, Message().Text(5, "a"));
        var body = Message()
            .Message(1, Message().Message(2, spans).Message(2, spans).Message(1, Resource(("service.name", "first"))))
            .Message(1, Message().Message(2, spans));

        Assert.Equal(["first", "first", ""], FoundSpans.InProtobuf(body.ToArray()).Select(static span => span.Service));
    }

    [Fact]
    public void Read_ResourceTwice_IsMerged()
    {
        var body = Message().Message(1, Message()
            .Message(1, Resource(("service.name", "a"), ("service.version", "1"), ("deployment.environment", "older")))
            .Message(2, Message().Message(2, Message()))
            .Message(1, Resource(("service.name", "b"), ("deployment.environment", "old"))));

        var span = Assert.Single(FoundSpans.InProtobuf(body.ToArray()));
        Assert.Equal(("b", "1", "old"), (span.Service, span.Release, span.Environment));
    }

    [Theory]
    [InlineData("deployment.environment.name", "deployment.environment")]
    [InlineData("deployment.environment", "deployment.environment.name")]
    public void Read_BothEnvironments_TheNewerName(string first, string second)
    {
        var resource = Resource((first, first), (second, second));

        Assert.Equal("deployment.environment.name", Only(Message(), resource).Environment);
    }

    [Fact]
    public void Read_ResourceValueOfAnotherKind_IsUnknown()
    {
        Assert.Equal("", Only(Message(), Message().Message(1, Attribute("service.name", Message().Varint(3, 5)))).Service);
        Assert.Equal("", Only(Message(), Message().Message(1, Message().Text(1, "service.name"))).Service);
        Assert.Equal("", Only(Message(), Message().Message(1, Attribute("service.name", Text("a").Varint(2, 1)))).Service);
    }

    [Fact]
    public void Read_ValueTwice_IsMerged()
    {
        Assert.Equal("a", Only(Message(), Message().Message(1, Message().Text(1, "service.name").Message(2, Text("a")).Message(2))).Service);
        Assert.Equal("b", Only(Message(), Message().Message(1, Message().Message(2, Text("a")).Message(2, Text("b")).Text(1, "x").Text(1, "service.name"))).Service);
    }

    [Theory]
    [InlineData("1000")]
    [InlineData("2A00")]
    [InlineData("3200")]
    [InlineData("3A00")]
    public void Read_ValueOfAnotherKindLast_TakesTheTextBack(string field)
    {
        var value = Text("probabilistic").Raw(Convert.FromHexString(field));

        Assert.Null(Only(Message().Message(9, Attribute("sampler.type", value)).Message(9, Attribute("sampler.param", Text("0.5")))).Probability);
    }

    [Fact]
    public void Read_SamplerAttributes_GiveTheProbability()
    {
        static ProtobufWriter Typed() => Message().Message(9, Attribute("sampler.type", Text("probabilistic")));

        Assert.Equal(0.5, Only(Typed().Message(9, Attribute("sampler.param", Message().Fixed64(4, 0.5)))).Probability);
        Assert.Equal(0.5, Only(Typed().Message(9, Attribute("sampler.param", Text("0.5")))).Probability);
        Assert.Equal(1, Only(Typed().Message(9, Attribute("sampler.param", Message().Varint(3, 1)))).Probability);
        Assert.Equal(0.1, Only(Message().Message(9, Attribute("SampleRate", Message().Varint(3, 10)))).Probability);
        Assert.Null(Only(Message().Message(9, Attribute("SampleRate", Message().Varint(3, ulong.MaxValue)))).Probability);
    }

    [Fact]
    public void Read_AttributesBetweenOtherFields_AreAllRead()
    {
        var span = Message()
            .Message(9, Attribute("sampler.type", Text("probabilistic"))).Text(5, "name").Varint(10, 0).Message(9, Attribute("sampler.param", Text("0.5"))).Fixed64(7, 9UL);

        Assert.Equal(new("", "", "", "name", default, 9, 0.5), Only(span));
    }

    [Fact]
    public void Read_TraceStateAndAttributes_TheTraceStateCounts()
    {
        var oneInTen = Attribute("SampleRate", Message().Varint(3, 10));

        Assert.Equal(0.5, Only(Message().Text(3, "ot=th:8").Message(9, oneInTen)).Probability);
        Assert.Equal(0.1, Only(Message().Text(3, "ot=th:x").Message(9, oneInTen)).Probability);
    }

    [Theory]
    [InlineData(15, 8)]
    [InlineData(17, 8)]
    [InlineData(16, 7)]
    [InlineData(0, 8)]
    [InlineData(16, 0)]
    public void Read_IdsOfOtherLengths_NameNothing(int traceIdLength, int spanIdLength)
    {
        var span = Message().Bytes(1, [.. Enumerable.Repeat((byte)1, traceIdLength)]).Bytes(2, [.. Enumerable.Repeat((byte)1, spanIdLength)]);

        Assert.Equal(default, Only(span).Identity);
    }

    [Fact]
    public void Read_IdsOfZeros_NameNothing()
    {
        Assert.Equal(default, Only(Message().Bytes(1, TraceId).Bytes(2, new byte[8])).Identity);
        Assert.Equal(default, Only(Message().Bytes(1, new byte[16]).Bytes(2, SpanId)).Identity);
    }

    [Fact]
    public void Read_TextsThatAreNoUtf8_AreHandedOver()
    {
        var span = Only(
            Message().Bytes(3, 0xFF, (byte)',').Bytes(5, (byte)'a', 0xFF, 0xC3).Message(9, Message().Bytes(1, 0xFE).Message(2, Message().Bytes(1, 0xFD))),
            Message().Message(1, Attribute("service.name", Message().Bytes(1, 0xE6, 0x9D))));

        Assert.Equal(("\uFFFD", "a\uFFFD\uFFFD"), (span.Service, span.Name));
    }

    [Fact]
    public void Read_UnknownFieldsOfEveryType_AreSteppedOver()
    {
        static ProtobufWriter Unknown() => Message()
            .Varint(100, ulong.MaxValue, bytes: 10).Fixed64(101, 1UL).Fixed32(102, 1).Bytes(103, 1, 2, 0xFF).Tag(104, WireType.StartGroup).Text(5, "x").Tag(104, WireType.EndGroup);
        var unknown = Unknown().ToArray();
        var value = Message().Raw(unknown).Text(1, "checkout").Raw(unknown);
        var attribute = Message().Raw(unknown).Text(1, "service.name").Raw(unknown).Message(2, value).Raw(unknown);
        var span = Message().Raw(unknown).Bytes(1, TraceId).Raw(unknown).Bytes(2, SpanId).Text(5, "a").Message(9, attribute).Raw(unknown);
        var body = Message().Raw(unknown).Message(1, Message()
            .Raw(unknown).Message(1, Message().Raw(unknown).Message(1, attribute).Raw(unknown))
            .Message(2, Message().Raw(unknown).Message(2, span).Raw(unknown)).Raw(unknown));

        Assert.Equal([new("checkout", "", "", "a", Identity, 0, Probability: null)], FoundSpans.InProtobuf(body.ToArray()));
    }

    [Fact]
    public void Read_AttributesNestedDeeply_AreSteppedOver()
    {
        var value = Text("deep");
        for (var i = 0; i < 1000; i++)
            value = Message().Message(6, Message().Message(1, Attribute("k", value)));

        Assert.Equal("a", Only(Message().Message(9, Attribute("deep", value)).Text(5, "a"), Message().Message(1, Attribute("service.name", value))).Name);
    }

    // Each of the fields that are read, written as a number of 64 bits where bytes belong, and as bytes where a number does.
    public static TheoryData<string, byte[]> WrongTypes()
    {
        var data = new TheoryData<string, byte[]>
        {
            { "resource_spans", Message().Varint(1, 0).ToArray() },
            { "resource", Message().Message(1, Message().Varint(1, 0)).ToArray() },
            { "scope_spans", Message().Message(1, Message().Fixed64(2, 0UL)).ToArray() },
            { "resource.attributes", Body(Message(), Message().Varint(1, 0)) },
            { "resource.attributes.key", Body(Message(), Message().Message(1, Message().Fixed32(1, 0))) },
            { "resource.attributes.value", Body(Message(), Message().Message(1, Message().Varint(2, 0))) },
            { "spans", Message().Message(1, Message().Message(2, Message().Tag(2, WireType.StartGroup).Tag(2, WireType.EndGroup))).ToArray() },
            { "start_time_unix_nano", Body(Message().Varint(7, 1)) },
            { "start_time_unix_nano as bytes", Body(Message().Bytes(7, new byte[8])) },
        };
        foreach (var field in (ReadOnlySpan<int>)[1, 2, 3, 4, 5, 9])
            data.Add($"span field {field}", Body(Message().Fixed64(field, 0UL)));
        foreach (var (field, value) in ((int, ProtobufWriter)[])[(1, Message().Varint(1, 0)), (2, Message().Bytes(2, 1)), (3, Message().Fixed64(3, 1UL)), (4, Message().Varint(4, 1)), (5, Message().Varint(5, 1)), (6, Message().Varint(6, 1)), (7, Message().Varint(7, 1))])
            data.Add($"value {field}", Body(Message().Message(9, Attribute("sampler.param", value))));
        return data;
    }

    [Theory]
    [MemberData(nameof(WrongTypes))]
    public void Read_WrongWireType_Throws(string field, byte[] body)
    {
        _ = field;
        Assert.Throws<InvalidOtlpException>(() => FoundSpans.InProtobuf(body));
    }

    [Fact]
    public void Read_CutShort_ThrowsOrEndsBetweenFields()
    {
        var body = Message()
            .Message(1, Message().Message(1, Resource(("service.name", "a"))).Message(2, Message().Message(2, Message().Bytes(1, TraceId).Text(5, "root")).Message(2, Message().Bytes(4, SpanId).Text(5, "child"))))
            .Message(1, Message().Message(2, Message().Message(2, Message().Text(5, "other"))))
            .ToArray();
        var taken = new List<int>();
        for (var length = 0; length <= body.Length; length++)
        {
            try
            {
                FoundSpans.InProtobuf(body.AsSpan(0, length));
                taken.Add(length);
            }
            catch (InvalidOtlpException)
            {
                // As it should be, wherever a field is cut.
            }
        }

        Assert.Equal([0, body.Length - Message().Message(1, Message().Message(2, Message().Message(2, Message().Text(5, "other")))).ToArray().Length, body.Length], taken);
    }

    [Fact]
    public void Read_CutShortInsideANestedMessage_Throws()
    {
        // Every length outside is right.
        Assert.Throws<InvalidOtlpException>(() => Only(Message().Text(5, "a").Raw(0x0A, 0x10, 1)));
        Assert.Throws<InvalidOtlpException>(() => Only(Message().Bytes(4, SpanId).Raw(0x2A, 0x10, 1)));
        Assert.Throws<InvalidOtlpException>(() => Only(Message().Bytes(4, SpanId).Raw(0x39, 1, 2, 3)));
        Assert.Throws<InvalidOtlpException>(() => Only(Message().Message(9, Message().Raw(0x0A, 0x10, 1))));
        Assert.Throws<InvalidOtlpException>(() => Only(Message(), Message().Message(1, Message().Message(2, Message().Raw(0x0A, 0x10, 1)))));
        Assert.Throws<InvalidOtlpException>(() => Only(Message(), Message().Raw([0x12, 0x01])));
    }

    [Fact]
    public void Read_SomethingFollows_Throws()
    {
        var body = Body(Message());

        Assert.Throws<InvalidOtlpException>(() => FoundSpans.InProtobuf([.. body, 0]));
        Assert.Throws<InvalidOtlpException>(() => FoundSpans.InProtobuf([.. body, 0x0A]));
        Assert.Throws<InvalidOtlpException>(() => FoundSpans.InProtobuf([.. body, .. "\r\n"u8]));
    }

    [Fact]
    public void Read_Json_Throws() => Assert.Throws<InvalidOtlpException>(() => FoundSpans.InProtobuf("""{"resourceSpans":[]}"""u8));

    private static ProtobufWriter Message() => new();

    private static ProtobufWriter Text(string text) => Message().Text(1, text);

    private static ProtobufWriter Attribute(string key, ProtobufWriter value) => Message().Text(1, key).Message(2, value);

    private static ProtobufWriter Resource(params ReadOnlySpan<(string Key, string Value)> attributes)
    {
        var resource = Message();
        foreach (var (key, value) in attributes)
            resource.Message(1, Attribute(key, Text(value)));
        return resource;
    }

    private static byte[] Body(ProtobufWriter span, ProtobufWriter? resource = null) =>
        Message().Message(1, Message().Message(1, resource ?? Message()).Message(2, Message().Message(2, span))).ToArray();

    private static List<FoundSpan> Found(ProtobufWriter span, ProtobufWriter? resource = null) => FoundSpans.InProtobuf(Body(span, resource));

    private static FoundSpan Only(ProtobufWriter span, ProtobufWriter? resource = null) => Assert.Single(Found(span, resource));
}
