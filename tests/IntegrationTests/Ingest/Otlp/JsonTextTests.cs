using System.Text;
using System.Text.Json;
using DynamicSampling.Api.Ingest.Otlp;

namespace DynamicSampling.IntegrationTests.Ingest.Otlp;

public class JsonTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain", "plain")]
    [InlineData("""\" \\ \/ \b \f \n \r \t""", "\" \\ / \b \f \n \r \t")]
    [InlineData("""a\u0062c""", "abc")]
    [InlineData("""\u0000""", "\0")]
    [InlineData("""\u00FC\u00fc\u6771""", "üü東")]
    [InlineData("""\ud83d\uDED2!""", "🛒!")]
    [InlineData("""\ud83d""", "\uFFFD")]
    [InlineData("""\ud83dx""", "\uFFFDx")]
    [InlineData("""\ude00""", "\uFFFD")]
    [InlineData("""\ud83d\n""", "\uFFFD\n")]
    [InlineData("""\ud83d\u0041""", "\uFFFDA")]
    [InlineData("""\ud83d\ud83d\uded2""", "\uFFFD🛒")]
    [InlineData("""ü\\東""", "ü\\東")]
    public void Unescape_EveryEscape_IsResolved(string escaped, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(JsonText.Unescape(Encoding.UTF8.GetBytes(escaped))));

    [Fact]
    public void Unescape_NoUtf8_StaysAsItIs() =>
        Assert.Equal([0xFF, (byte)'\n', 0xC3], JsonText.Unescape([0xFF, (byte)'\\', (byte)'n', 0xC3]).ToArray());

    [Fact]
    public void Unescape_EveryCharacter_AsTheFrameworkDoes()
    {
        var text = string.Concat(Enumerable.Range(0, 0x11_0000).Where(Rune.IsValid).Select(static value => new Rune(value).ToString()));
        var escaped = JsonSerializer.SerializeToUtf8Bytes(text);

        Assert.True(JsonText.Unescape(escaped.AsSpan(1, escaped.Length - 2)).SequenceEqual(Encoding.UTF8.GetBytes(text)));
    }

    [Theory]
    [InlineData("0.5", 0.5)]
    [InlineData("-12", -12.0)]
    [InlineData("1e3", 1000.0)]
    [InlineData("NaN", double.NaN)]
    [InlineData("Infinity", double.PositiveInfinity)]
    [InlineData("-Infinity", double.NegativeInfinity)]
    [InlineData("", null)]
    [InlineData("1 ", null)]
    [InlineData(" 1", null)]
    [InlineData("1\0", null)]
    [InlineData("0x10", null)]
    [InlineData("ten", null)]
    public void Number_Text_IsReadWhole(string text, double? expected) =>
        Assert.Equal(expected, JsonText.Number(Encoding.UTF8.GetBytes(text)));
}
