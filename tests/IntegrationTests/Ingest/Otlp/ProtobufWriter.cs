using System.Buffers.Binary;
using System.Text;
using DynamicSampling.Api.Ingest.Otlp;

namespace DynamicSampling.IntegrationTests.Ingest.Otlp;

/// <summary>Writes protobuf as a test wants it: also what no serializer would write.</summary>
internal sealed class ProtobufWriter
{
    private readonly List<byte> _bytes = [];

    /// <summary>How many bytes lengths have at least; the .NET exporter gives them four.</summary>
    public int LengthBytes { get; init; } = 1;

    public byte[] ToArray() => [.. _bytes];

    public ProtobufWriter Tag(int field, WireType type) => Raw(((ulong)field << 3) | (ulong)type);

    public ProtobufWriter Varint(int field, ulong value, int bytes = 1) => Tag(field, WireType.Varint).Raw(value, bytes);

    public ProtobufWriter Fixed64(int field, ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return Tag(field, WireType.Fixed64).Raw(bytes);
    }

    public ProtobufWriter Fixed64(int field, double value) => Fixed64(field, BitConverter.DoubleToUInt64Bits(value));

    public ProtobufWriter Fixed32(int field, uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return Tag(field, WireType.Fixed32).Raw(bytes);
    }

    public ProtobufWriter Bytes(int field, params ReadOnlySpan<byte> value) =>
        Tag(field, WireType.Bytes).Raw((ulong)value.Length, LengthBytes).Raw(value);

    public ProtobufWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtobufWriter Message(int field, params ReadOnlySpan<ProtobufWriter> parts)
    {
        var whole = new List<byte>();
        foreach (var part in parts)
            whole.AddRange(part._bytes);
        return Bytes(field, [.. whole]);
    }

    public ProtobufWriter Raw(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>A varint, padded to a number of bytes.</summary>
    public ProtobufWriter Raw(ulong varint, int bytes = 1)
    {
        for (; varint >= 0x80 || bytes > 1; varint >>= 7, bytes--)
            _bytes.Add((byte)(varint | 0x80));
        _bytes.Add((byte)varint);
        return this;
    }
}
