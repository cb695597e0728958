using DynamicSampling.Api.Ingest.Otlp;

namespace DynamicSampling.IntegrationTests.Ingest.Otlp;

public class ProtobufReaderTests
{
    [Theory]
    [InlineData(0UL, 1)]
    [InlineData(127UL, 1)]
    [InlineData(127UL, 4)]
    [InlineData(128UL, 1)]
    [InlineData(300UL, 10)]
    [InlineData(uint.MaxValue, 1)]
    [InlineData(ulong.MaxValue, 1)]
    [InlineData(0UL, 10)]
    public void ReadVarint_ReadsItHoweverLongItIsWritten(ulong value, int bytes)
    {
        var reader = new ProtobufReader(new ProtobufWriter().Raw(value, bytes).ToArray());

        Assert.Equal(value, reader.ReadVarint());
        Assert.False(reader.TryReadTag(out _, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("FFFFFF")]
    [InlineData("FFFFFFFFFFFFFFFFFF02")] // 65 bits
    [InlineData("80808080808080808080")] // no end after ten bytes
    [InlineData("8080808080808080808000")] // eleven bytes
    public void ReadVarint_NoNumber_Throws(string hex) =>
        Assert.Throws<InvalidOtlpException>(() => new ProtobufReader(Convert.FromHexString(hex)).ReadVarint());

    [Theory]
    [InlineData("00")] // field 0
    [InlineData("07")]
    [InlineData("8080808010")] // 33 bits
    [InlineData("FFFFFFFFFFFFFFFFFF01")]
    public void TryReadTag_NoTag_Throws(string hex) =>
        Assert.Throws<InvalidOtlpException>(() => new ProtobufReader(Convert.FromHexString(hex)).TryReadTag(out _, out _));

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(536_870_911)]
    public void TryReadTag_AnyFieldNumber_ReadsIt(int number)
    {
        var reader = new ProtobufReader(new ProtobufWriter().Tag(number, WireType.Fixed32).ToArray());

        Assert.True(reader.TryReadTag(out var field, out var type));
        Assert.Equal((number, WireType.Fixed32), (field, type));
    }

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("0203")]
    [InlineData("FFFFFFFF0F00")]
    [InlineData("FFFFFFFFFFFFFFFFFF0100")]
    public void ReadBytes_FewerThanTold_Throws(string hex) =>
        Assert.Throws<InvalidOtlpException>(() => new ProtobufReader(Convert.FromHexString(hex)).ReadBytes());

    [Fact]
    public void ReadBytes_PaddedLength_ReadsThem() =>
        Assert.Equal([1, 2, 3], new ProtobufReader([0x83, 0x80, 0x80, 0x00, 1, 2, 3]).ReadBytes().ToArray());

    [Fact]
    public void ReadFixed64_SevenBytes_Throws() =>
        Assert.Throws<InvalidOtlpException>(() => new ProtobufReader(new byte[7]).ReadFixed64());

    [Fact]
    public void Skip_EveryWireType_GoesToTheNextField()
    {
        var inner = new ProtobufWriter().Tag(3, WireType.StartGroup).Bytes(1, 9, 9).Varint(2, ulong.MaxValue).Tag(3, WireType.EndGroup);
        var reader = new ProtobufReader(new ProtobufWriter()
            .Varint(1000, ulong.MaxValue)
            .Fixed64(1001, 1)
            .Fixed32(1002, 1)
            .Bytes(1003, 1, 2, 3) // also how packed numbers are written
            .Bytes(1004)
            .Tag(1005, WireType.StartGroup).Fixed32(1, 1).Fixed64(2, 2).Raw(inner.ToArray()).Tag(1005, WireType.EndGroup)
            .Varint(7, 42)
            .ToArray());
        var fields = new List<int>();

        while (reader.TryReadTag(out var field, out var type))
        {
            fields.Add(field);
            if (field == 7)
                Assert.Equal(42u, reader.ReadVarint());
            else
                reader.Skip(field, type);
        }

        Assert.Equal([1000, 1001, 1002, 1003, 1004, 1005, 7], fields);
    }

    [Theory]
    [InlineData("0C")] // the end of a group that has not begun
    [InlineData("0B")] // a group without its end
    [InlineData("0B14")] // the end of another
    [InlineData("0B0B0C")] // an end too few
    [InlineData("0B0D00000C")] // cut short inside
    [InlineData("0E")] // wire types 6 and 7
    [InlineData("0F")]
    [InlineData("08")] // without a value
    [InlineData("0900000000000000")]
    [InlineData("0D000000")]
    [InlineData("0A01000A0200")]
    public void Skip_BrokenField_Throws(string hex) =>
        Assert.Throws<InvalidOtlpException>(() => SkipAll(Convert.FromHexString(hex)));

    [Theory]
    [InlineData(100, true)]
    [InlineData(101, false)]
    [InlineData(1_000_000, false)]
    public void Skip_NestedGroups_AsManyAsOthersTake(int depth, bool isTaken)
    {
        byte[] bytes = [.. Enumerable.Repeat((byte)0x0B, depth), .. Enumerable.Repeat((byte)0x0C, depth)];

        if (isTaken)
            SkipAll(bytes);
        else
            Assert.Throws<InvalidOtlpException>(() => SkipAll(bytes));
    }

    private static void SkipAll(byte[] bytes)
    {
        var reader = new ProtobufReader(bytes);
        while (reader.TryReadTag(out var field, out var type))
            reader.Skip(field, type);
    }
}
