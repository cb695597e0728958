using DynamicSampling.Dashboard.Forms;

namespace DynamicSampling.Tests.Dashboard.Forms;

public sealed class NumberTextTests
{
    [Theory]
    [InlineData(0.07, "7")]
    [InlineData(0.29, "29")]
    [InlineData(0.036, "3.6")]
    [InlineData(1, "100")]
    [InlineData(0, "0")]
    [InlineData(0.001, "0.1")]
    [InlineData(1.0 / 3, "33.33333333333333")]
    public void OfPercent_Share_HasTheDigitsThatAreMeant(double share, string text) => Assert.Equal(text, NumberText.OfPercent(share));

    [Theory]
    [InlineData("25", 0.25)]
    [InlineData(" 3.6 % ", 0.036)]
    [InlineData("1e-3", 0.00001)]
    [InlineData("7", 0.07)]
    [InlineData("-5", -0.05)]
    [InlineData("25,5", null)]
    [InlineData("NaN", null)]
    [InlineData("Infinity", null)]
    [InlineData("1e999", null)]
    [InlineData("1e-99999999999", null)]
    [InlineData("0e99999999999", null)]
    [InlineData("1e-2147483648", null)]
    [InlineData("1e2147483647", null)]
    [InlineData("a", null)]
    [InlineData("%", null)]
    public void ParsePercent_Text_IsAShareOrNothing(string text, double? share) => Assert.Equal(share, NumberText.ParsePercent(text));

    [Theory]
    [InlineData("1 000 000", 1e6)]
    [InlineData("1e6", 1e6)]
    [InlineData("1,000", null)]
    public void Parse_Text_IsANumberOrNothing(string text, double? number) => Assert.Equal(number, NumberText.Parse(text));

    [Fact]
    public void Parse_WhatWasWritten_IsTheVerySameNumber()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var number = random.NextDouble() * Math.Pow(10, random.Next(-12, 16));
            Assert.Equal(number, NumberText.Parse(NumberText.Of(number)));
            var share = random.NextDouble() * Math.Pow(10, random.Next(-12, 0));
            Assert.Equal(share, NumberText.ParsePercent(NumberText.OfPercent(share)));
        }

        Assert.Equal("1000000000000000", NumberText.Of(1e15));
    }

    [Fact]
    public void Time_WhatWasWritten_IsTheVerySameTime()
    {
        foreach (var time in new[] { Rendered.Now, Rendered.Now.AddSeconds(7), Rendered.Now.AddTicks(1_234_567) })
            Assert.Equal(time, TimeText.Parse(TimeText.Of(time)));
        Assert.Equal(Rendered.Now, TimeText.Parse("2026-11-22T10:00:00Z"));
        Assert.Null(TimeText.Parse("22.11.2026"));
        // What a field for times would round, is text.
        Assert.Equal("text", TimeText.TypeOf(TimeText.Of(Rendered.Now.AddTicks(1_234_567))));
        Assert.All(["", "x", TimeText.Of(Rendered.Now), TimeText.Of(Rendered.Now.AddMilliseconds(7))], text => Assert.Equal("datetime-local", TimeText.TypeOf(text)));
    }
}
