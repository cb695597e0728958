using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace DynamicSampling.Api.Ingest.Otlp;

/// <summary>
/// Reads the fields of one protobuf message from contiguous bytes, forward only. Nested messages come as slices, so what nobody asks
/// for is stepped over and never looked at. Nothing is allocated.
/// </summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    // As many as other parsers of protobuf take.
    private const int MaxGroupDepth = 100;

    private readonly ReadOnlySpan<byte> _message = message;
    private int _position;

    /// <summary>Reads the next tag.</summary>
    /// <returns>False at the message's end.</returns>
    /// <exception cref="InvalidOtlpException">The tag is not one.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadTag(out int field, out WireType type)
    {
        if ((uint)_position >= (uint)_message.Length)
        {
            field = 0;
            type = default;
            return false;
        }

        // Field numbers have 29 bits, and 0 is none.
        var tag = ReadVarint();
        if (tag - 8 > uint.MaxValue - 8)
            ThrowTag();
        field = (int)((uint)tag >> 3);
        type = (WireType)((uint)tag & 7);
        return true;
    }

    /// <summary>Reads a number of up to 64 bits; it may be written longer than needed, but not longer than ten bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong ReadVarint()
    {
        // Nearly all lengths and tags have one byte.
        if ((uint)_position < (uint)_message.Length && _message[_position] is var first and < 0x80)
        {
            _position++;
            return first;
        }

        var value = ReadLongVarint(_message, _position, out var end);
        _position = end;
        return value;
    }

    /// <summary>Reads the bytes of a string, a byte field or a nested message.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> ReadBytes()
    {
        var length = ReadVarint();
        if (length > (ulong)(_message.Length - _position))
            ThrowTruncated();
        var bytes = _message.Slice(_position, (int)length);
        _position += (int)length;
        return bytes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong ReadFixed64()
    {
        if (_message.Length - _position < sizeof(ulong))
            ThrowTruncated();
        var value = BinaryPrimitives.ReadUInt64LittleEndian(_message[_position..]);
        _position += sizeof(ulong);
        return value;
    }

    /// <summary>Steps over a field's value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Skip(int field, WireType type)
    {
        if (type == WireType.Bytes)
            ReadBytes();
        else if (type == WireType.Varint)
            ReadVarint();
        else
            _position = Skip(_message, _position, field, type, depth: 0);
    }

    // These know no instance: a reader whose address nobody takes stays in registers, which is most of its speed.
    private static int Skip(ReadOnlySpan<byte> message, int position, int field, WireType type, int depth)
    {
        var length = 0;
        switch (type)
        {
            case WireType.Varint:
                ReadLongVarint(message, position, out position);
                break;
            case WireType.Fixed64:
                length = sizeof(ulong);
                break;
            case WireType.Bytes:
                var reader = new ProtobufReader(message) { _position = position };
                reader.ReadBytes();
                position = reader._position;
                break;
            case WireType.Fixed32:
                length = sizeof(uint);
                break;
            case WireType.StartGroup when depth < MaxGroupDepth:
                position = SkipGroup(message, position, field, depth + 1);
                break;
            default:
                throw new InvalidOtlpException(
                    type == WireType.StartGroup ? "Groups are nested too deeply." : $"Field {field} has no wire type that can stand there.");
        }

        if (message.Length - position < length)
            ThrowTruncated();
        return position + length;
    }

    // Groups are history, but unknown fields of old senders may be some.
    private static int SkipGroup(ReadOnlySpan<byte> message, int position, int group, int depth)
    {
        var reader = new ProtobufReader(message) { _position = position };
        while (reader.TryReadTag(out var field, out var type))
        {
            if (type != WireType.EndGroup)
                reader._position = Skip(message, reader._position, field, type, depth);
            else if (field == group)
                return reader._position;
            else
                throw new InvalidOtlpException("A group ends that has not begun.");
        }

        ThrowTruncated();
        return 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong ReadLongVarint(ReadOnlySpan<byte> message, int position, out int end)
    {
        ulong value = 0;
        end = position;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (end >= message.Length)
                ThrowTruncated();
            var octet = message[end++];
            if (shift == 63 && octet > 1)
                break;
            value |= (ulong)(octet & 0x7F) << shift;
            if (octet < 0x80)
                return value;
        }

        throw new InvalidOtlpException("A number has more than 64 bits or ten bytes.");
    }

    [DoesNotReturn]
    private static void ThrowTag() => throw new InvalidOtlpException("A tag is out of range.");

    [DoesNotReturn]
    private static void ThrowTruncated() => throw new InvalidOtlpException("The message ends inside a field.");
}

/// <summary>How a field's value is written.</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    StartGroup = 3,
    EndGroup = 4,
    Fixed32 = 5,
}
