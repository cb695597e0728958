using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace DynamicSampling.Api.Ingest.Otlp;

/// <summary>What the readers of protobuf have in common. A field that is read must have its wire type.</summary>
internal static class ProtobufFields
{
    /// <summary>Reads a KeyValue.</summary>
    public static ProtobufAttribute ReadAttribute(ReadOnlySpan<byte> message)
    {
        var attribute = default(ProtobufAttribute);
        var reader = new ProtobufReader(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == 1)
                attribute.Key = Bytes(ref reader, type);
            else if (field == 2)
                ReadValue(Bytes(ref reader, type), ref attribute);
            else
                reader.Skip(field, type);
        }

        return attribute;
    }

    // A value is of one kind; of several the last counts.
    private static void ReadValue(ReadOnlySpan<byte> message, ref ProtobufAttribute attribute)
    {
        var reader = new ProtobufReader(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            switch (field)
            {
                case 1:
                    attribute.Text = Bytes(ref reader, type);
                    attribute.Number = null;
                    break;
                case 3:
                    Expect(type, WireType.Varint);
                    attribute.Text = default;
                    attribute.Number = (long)reader.ReadVarint();
                    break;
                case 4:
                    Expect(type, WireType.Fixed64);
                    attribute.Text = default;
                    attribute.Number = BitConverter.UInt64BitsToDouble(reader.ReadFixed64());
                    break;
                case 2 or 5 or 6 or 7:
                    Expect(type, field == 2 ? WireType.Varint : WireType.Bytes);
                    attribute.Text = default;
                    attribute.Number = null;
                    reader.Skip(field, type);
                    break;
                default:
                    reader.Skip(field, type);
                    break;
            }
        }
    }

    /// <summary>Reads the bytes of a field, which must be written as such.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReadOnlySpan<byte> Bytes(scoped ref ProtobufReader reader, WireType type)
    {
        Expect(type, WireType.Bytes);
        return reader.ReadBytes();
    }

    /// <summary>Makes sure that a field has its wire type.</summary>
    public static void Expect(WireType type, WireType expected)
    {
        if (type != expected)
            ThrowType(expected);
    }

    [DoesNotReturn]
    private static void ThrowType(WireType expected) => throw new InvalidOtlpException($"A field has another wire type than {expected}.");
}

/// <summary>An attribute; its texts are bytes of the body.</summary>
internal ref struct ProtobufAttribute
{
    public ReadOnlySpan<byte> Key;

    /// <summary>The value if it is a string; else empty.</summary>
    public ReadOnlySpan<byte> Text;

    /// <summary>The value if it is a number; else null.</summary>
    public double? Number;
}
