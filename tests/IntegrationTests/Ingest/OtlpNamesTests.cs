using System.Text;
using DynamicSampling.Api.Ingest.Otlp;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.IntegrationTests.Ingest;

/// <summary>Names that clients send.</summary>
public sealed class OtlpNamesTests
{
    [Theory]
    [InlineData("GET /cart", "GET /cart")]
    [InlineData("", "unknown")]
    [InlineData(".", "unknown")]
    [InlineData("..", "unknown")]
    [InlineData("a\u0000b\u007Fc\u009F", "a\uFFFDb\uFFFDc\uFFFD")]
    [InlineData("Überweisung 見積 🙂", "Überweisung 見積 🙂")]
    public void Decode_Text_IsAName(string sent, string expected) => Assert.Equal(expected, Decode(Encoding.UTF8.GetBytes(sent)));

    [Fact]
    public void Decode_NotUtf8_IsReplaced() => Assert.Equal("a\uFFFDb", Decode([(byte)'a', 0xFF, (byte)'b']));

    [Fact]
    public void Decode_TooLong_IsCutBetweenCharacters()
    {
        Assert.Equal(new string('見', Names.MaxLength), Decode(Encoding.UTF8.GetBytes(new string('見', 5000))));
        Assert.Equal("a" + string.Concat(Enumerable.Repeat("🙂", 99)), Decode(Encoding.UTF8.GetBytes("a" + string.Concat(Enumerable.Repeat("🙂", 500)))));
    }

    [Fact]
    public void Decode_RandomBytes_AreAlwaysAGoodName()
    {
        var random = new Random(5);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(0, 900)];
            random.NextBytes(bytes);
            Assert.Null(Names.Check(Decode(bytes)));
        }
    }

    [Theory]
    [InlineData("checkout")]
    [InlineData("a\u0001b")]
    [InlineData("..")]
    public void OfService_IsTheNameThatItsSpansHave(string service) =>
        Assert.Equal(Decode(Encoding.UTF8.GetBytes(service), OtlpNames.UnknownService), OtlpNames.OfService(service));

    private static string Decode(byte[] utf8, string unknown = OtlpNames.UnknownTransaction)
    {
        var buffer = new char[OtlpNames.BufferLength];
        return OtlpNames.Decode(utf8, unknown, buffer).ToString();
    }
}
