using System.Globalization;
using System.Text;
using DynamicSampling.Api.Ingest.Otlp;
using DynamicSampling.Tests.Otlp;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;

namespace DynamicSampling.IntegrationTests.Ingest.Otlp;

/// <summary>Makes random exports of traces, and writes them in all the ways in which they may be written.</summary>
internal sealed class RandomRequests(int seed)
{
    private static readonly string[] Names = ["", "GET /orders/{id}", "Überweisung → 東京 🛒", "a \"quoted\" \\ name", "line\nbreak\0", "x"];
    private static readonly string[] TraceStates = ["", "", "", "ot=th:8", "vendor=1, ot=rv:1;th:c,x=y", "ot=th:0", "ot=th:fffffffffffff1", "ot=th:", "ot=th:xyz", "ot=rv:8", "rojo=00f067aa0ba902b7"];
    private static readonly string[] ResourceKeys = ["service.name", "service.version", "deployment.environment.name", "deployment.environment", "service.namespace", "process.pid", ""];
    private static readonly string[] SpanKeys = ["sampler.type", "sampler.param", "jaeger.sampler.type", "jaeger.sampler.param", "SampleRate", "http.route", "server.address", "sampler.", "japanese.東京", ""];
    private static readonly string[] Texts = ["", "probabilistic", "probabilistic", "const", "0.25", "1", "2", "checkout", "ü\n\"\\", new('x', 200)];
    private static readonly double[] Numbers = [0, 0.5, 1, 1.5, 10, -1, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, double.MaxValue];
    private static readonly long[] Integers = [0, 1, 2, 10, -1, long.MaxValue, long.MinValue];

    private readonly Random _random = new(seed);

    public ExportTraceServiceRequest Next()
    {
        var request = new ExportTraceServiceRequest();
        for (var i = _random.Next(4); i > 0; i--)
        {
            var resource = new ResourceSpans { SchemaUrl = OneOf(Names) };
            if (_random.Next(6) > 0)
            {
                resource.Resource = new() { DroppedAttributesCount = (uint)_random.Next(3) };
                AddAttributes(resource.Resource.Attributes, ResourceKeys);
            }

            for (var j = _random.Next(4); j > 0; j--)
            {
                var scope = new ScopeSpans { Scope = _random.Next(2) == 0 ? null : new() { Name = OneOf(Names) } };
                for (var k = _random.Next(5); k > 0; k--)
                    scope.Spans.Add(NextSpan());
                resource.ScopeSpans.Add(scope);
            }

            request.ResourceSpans.Add(resource);
        }

        return request;
    }

    /// <summary>
    /// Writes a message as nobody would who had the choice: fields in any order, padded lengths, singular fields more than once, one
    /// resource in two pieces, and unknown fields between.
    /// </summary>
    public byte[] WriteStrangely(IMessage message)
    {
        // What belongs to one field keeps its order, or it would mean something else.
        var fields = new List<Queue<ProtobufWriter>>();
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            var value = field.Accessor.GetValue(message);
            var pieces = new Queue<ProtobufWriter>();
            if (field.IsRepeated)
            {
                foreach (var item in (System.Collections.IEnumerable)value)
                    pieces.Enqueue(Field(field, item));
            }
            else if (field.HasPresence ? field.Accessor.HasValue(message) : _random.Next(2) == 0 || !IsDefault(value))
            {
                if (_random.Next(4) == 0 && value is Resource { Attributes.Count: > 1 } resource)
                {
                    var half = resource.Clone();
                    half.Attributes.RemoveAt(half.Attributes.Count - 1);
                    pieces.Enqueue(Field(field, half));
                    value = new Resource { DroppedAttributesCount = resource.DroppedAttributesCount, Attributes = { resource.Attributes[^1] } };
                }
                else if (_random.Next(4) == 0 && value is string or ByteString or ulong)
                {
                    pieces.Enqueue(Field(field, value switch { string => "before", ByteString => ByteString.CopyFrom(1, 2, 3), _ => 77UL }));
                }

                pieces.Enqueue(Field(field, value));
            }

            if (pieces.Count > 0)
                fields.Add(pieces);
        }

        var writer = Writer();
        while (fields.Count > 0)
        {
            if (_random.Next(12) == 0)
                WriteUnknown(writer, depth: 0);
            var next = OneOf(fields);
            writer.Raw(next.Dequeue().ToArray());
            if (next.Count == 0)
                fields.Remove(next);
        }

        return writer.ToArray();
    }

    /// <summary>Writes a request as JSON, with members in any order, unknown ones, escapes, and numbers as strings or not.</summary>
    public string WriteJson(ExportTraceServiceRequest request) =>
        Object(("resourceSpans", Array(request.ResourceSpans, resource => Object(
            ("resource", resource.Resource is { } it ? Object(("attributes", Attributes(it.Attributes)), ("droppedAttributesCount", Number(it.DroppedAttributesCount))) : null),
            ("scopeSpans", Array(resource.ScopeSpans, scope => Object(
                ("scope", scope.Scope is { } its ? Object(("name", Text(its.Name))) : null),
                ("spans", Array(scope.Spans, Span))))),
            ("schemaUrl", Text(resource.SchemaUrl))))));

    private string Span(Span span) => Object(
        ("traceId", Hex(span.TraceId)),
        ("spanId", Hex(span.SpanId)),
        ("traceState", Text(span.TraceState)),
        ("parentSpanId", Hex(span.ParentSpanId)),
        ("name", Text(span.Name)),
        ("kind", Number(span.Kind)),
        ("startTimeUnixNano", Number(span.StartTimeUnixNano)),
        ("endTimeUnixNano", Number(span.EndTimeUnixNano)),
        ("attributes", Attributes(span.Attributes)),
        ("events", Array(span.Events, it => Object(("name", Text(it.Name)), ("attributes", Attributes(it.Attributes))))),
        ("links", Array(span.Links, it => Object(("traceId", Hex(it.TraceId)), ("traceState", Text(it.TraceState))))),
        ("status", span.Status is { } status ? Object(("message", Text(status.Message)), ("code", Number(status.Code))) : null),
        ("flags", Number(span.Flags)));

    private string Attributes(IEnumerable<KeyValue> attributes) =>
        Array(attributes, it => Object(("key", Text(it.Key)), ("value", it.Value is { } value ? Value(value) : null)));

    private string Value(AnyValue value) => value.ValueCase switch
    {
        AnyValue.ValueOneofCase.StringValue => Object(("stringValue", TextAlways(value.StringValue))),
        AnyValue.ValueOneofCase.BoolValue => Object(("boolValue", value.BoolValue ? "true" : "false")),
        AnyValue.ValueOneofCase.IntValue => Object(("intValue", NumberAlways(value.IntValue))),
        AnyValue.ValueOneofCase.DoubleValue => Object(("doubleValue", DoubleAlways(value.DoubleValue))),
        AnyValue.ValueOneofCase.ArrayValue => Object(("arrayValue", Object(("values", Array(value.ArrayValue.Values, Value))))),
        AnyValue.ValueOneofCase.KvlistValue => Object(("kvlistValue", Object(("values", Attributes(value.KvlistValue.Values))))),
        AnyValue.ValueOneofCase.BytesValue => Object(("bytesValue", $"\"{value.BytesValue.ToBase64()}\"")),
        _ => Object(),
    };

    private string Object(params (string Name, string? Value)[] members)
    {
        var all = members.Where(static member => member.Value is not null).ToList();
        if (_random.Next(8) == 0)
            all.Add((OneOf(["unknown", "Name", "resource_spans", "\ud83d\uded2"]), OneOf(["null", "[{\"name\":[]},1e9]", "{\"spans\":{}}", "\"\\ud83d\"", "-0.5", "true"])));
        _random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(all));
        return $"{{{Space()}{string.Join($"{Space()},", all.Select(member => $"{Quoted(member.Name)}{Space()}:{Space()}{member.Value}"))}{Space()}}}";
    }

    private string Array<T>(IEnumerable<T> items, Func<T, string> write)
    {
        var all = items.Select(write).ToList();
        return all.Count == 0 && _random.Next(3) == 0 ? "null" : $"[{Space()}{string.Join($"{Space()},{Space()}", all)}]";
    }

    // What is at its default may be written, or null, or not there.
    private string? Text(string text) => text.Length == 0 ? OneOf(["\"\"", "null", null]) : Quoted(text);

    private string TextAlways(string text) => Quoted(text);

    private string? Hex(ByteString bytes) => bytes.IsEmpty ? OneOf(["\"\"", "null", null]) : Quoted(_random.Next(2) == 0 ? Convert.ToHexString(bytes.Span) : Convert.ToHexStringLower(bytes.Span));

    private string? Number<T>(T number)
        where T : struct, IFormattable => number.Equals(default(T)) ? OneOf(["0", "\"0\"", "null", null]) : NumberAlways(number);

    private string NumberAlways<T>(T number)
        where T : struct, IFormattable
    {
        var digits = number.ToString(format: null, CultureInfo.InvariantCulture);
        return _random.Next(2) == 0 ? digits : $"\"{digits}\"";
    }

    private string DoubleAlways(double number) => double.IsFinite(number) ? NumberAlways(number) : $"\"{number.ToString(CultureInfo.InvariantCulture)}\"";

    private string Quoted(string text)
    {
        var escaped = new StringBuilder("\"");
        var asMuchAsPossible = _random.Next(10) == 0;
        foreach (var character in text)
        {
            if (asMuchAsPossible || character is '"' or '\\' or < ' ')
                escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            else
                escaped.Append(character);
        }

        return escaped.Append('"').ToString();
    }

    private string Space() => _random.Next(20) == 0 ? OneOf([" ", "\n  ", "\t", "\r\n"]) : "";

    private Span NextSpan()
    {
        var span = new Span
        {
            TraceId = Id(16),
            SpanId = Id(8),
            TraceState = OneOf(TraceStates),
            ParentSpanId = _random.Next(3) switch { 0 => ByteString.Empty, 1 => ByteString.CopyFrom(new byte[8]), _ => Id(8) },
            Name = OneOf(Names),
            Kind = _random.Next(6),
            StartTimeUnixNano = _random.Next(4) == 0 ? 0 : (ulong)_random.NextInt64(),
            EndTimeUnixNano = (ulong)_random.NextInt64(),
            Flags = (uint)_random.Next(),
            Status = _random.Next(2) == 0 ? null : new() { Code = _random.Next(3), Message = OneOf(Texts) },
        };
        AddAttributes(span.Attributes, SpanKeys);
        if (_random.Next(3) == 0)
            span.Events.Add(new Span.Types.Event { Name = OneOf(Names), Attributes = { new KeyValue { Key = "sampler.param", Value = Value(0) } } });
        if (_random.Next(3) == 0)
            span.Links.Add(new Span.Types.Link { TraceId = Id(16), SpanId = Id(8), TraceState = "ot=th:8" });
        return span;
    }

    private void AddAttributes(RepeatedField<KeyValue> attributes, string[] keys)
    {
        for (var i = _random.Next(7); i > 0; i--)
            attributes.Add(new KeyValue { Key = OneOf(keys), Value = _random.Next(10) == 0 ? null : Value(0) });
    }

    private AnyValue Value(int depth) => _random.Next(depth > 2 ? 6 : 9) switch
    {
        0 or 1 or 2 => new() { StringValue = OneOf(Texts) },
        3 => new() { DoubleValue = OneOf(Numbers) },
        4 => new() { IntValue = OneOf(Integers) },
        5 => OneOf([new AnyValue(), new AnyValue { BoolValue = true }, new AnyValue { BytesValue = Id(8) }]),
        6 => new() { ArrayValue = new() { Values = { Value(depth + 1), Value(depth + 1) } } },
        7 => new() { KvlistValue = new() { Values = { new KeyValue { Key = "sampler.type", Value = Value(depth + 1) } } } },
        _ => new() { DoubleValue = _random.NextDouble() },
    };

    private ByteString Id(int length)
    {
        var bytes = new byte[_random.Next(10) == 0 ? _random.Next(20) : length];
        if (_random.Next(10) > 0)
            _random.NextBytes(bytes);
        return ByteString.CopyFrom(bytes);
    }

    private ProtobufWriter Writer() => new() { LengthBytes = OneOf([1, 1, 4, 10]) };

    private ProtobufWriter Field(FieldDescriptor field, object value)
    {
        var number = field.FieldNumber;
        return field.FieldType switch
        {
            FieldType.Message => Writer().Bytes(number, WriteStrangely((IMessage)value)),
            FieldType.String => Writer().Text(number, (string)value),
            FieldType.Bytes => Writer().Bytes(number, ((ByteString)value).Span),
            FieldType.Fixed64 => Writer().Fixed64(number, (ulong)value),
            FieldType.Fixed32 => Writer().Fixed32(number, (uint)value),
            FieldType.Double => Writer().Fixed64(number, (double)value),
            FieldType.Bool => Writer().Varint(number, (bool)value ? 1UL : 0, _random.Next(1, 11)),
            FieldType.Int64 => Writer().Varint(number, (ulong)(long)value, _random.Next(1, 11)),
            FieldType.Int32 => Writer().Varint(number, (ulong)(int)value, _random.Next(1, 11)),
            FieldType.SFixed64 => Writer().Fixed64(number, (ulong)(long)value),
            FieldType.SInt32 => Writer().Varint(number, (uint)(((int)value << 1) ^ ((int)value >> 31)), _random.Next(1, 11)),
            FieldType.UInt64 => Writer().Varint(number, (ulong)value, _random.Next(1, 11)),
            FieldType.UInt32 => Writer().Varint(number, (uint)value, _random.Next(1, 11)),
            _ => throw new NotSupportedException(field.FullName),
        };
    }

    private void WriteUnknown(ProtobufWriter writer, int depth)
    {
        var field = _random.Next(100, 536_870_912);
        switch (_random.Next(depth < 5 ? 5 : 4))
        {
            case 0:
                writer.Varint(field, (ulong)_random.NextInt64(), _random.Next(1, 11));
                break;
            case 1:
                writer.Fixed64(field, (ulong)_random.NextInt64());
                break;
            case 2:
                writer.Fixed32(field, (uint)_random.Next());
                break;
            case 3:
                var bytes = new byte[_random.Next(300)];
                _random.NextBytes(bytes);
                writer.Bytes(field, bytes);
                break;
            default:
                writer.Tag(field, WireType.StartGroup);
                WriteUnknown(writer, depth + 1);
                WriteUnknown(writer, depth + 1);
                writer.Tag(field, WireType.EndGroup);
                break;
        }
    }

    private static bool IsDefault(object value) => value is "" or 0 or 0u or 0UL or ByteString { IsEmpty: true };

    private T OneOf<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];
}
