using System.Text;
using DynamicSampling.Api.Ingest.Otlp;

namespace DynamicSampling.IntegrationTests.Ingest.Otlp;

public class ProbabilityTests
{
    [Theory]
    [InlineData("ot=th:8", 0.5)]
    [InlineData("ot=th:c", 0.25)]
    [InlineData("ot=th:C", 0.25)]
    [InlineData("ot=th:0", 1)]
    [InlineData("ot=th:00000000000000", 1)]
    [InlineData("ot=th:08", 1 - (0.5 / 16))]
    [InlineData("ot=th:fd70a", 1 - (0xfd70a / (double)0x100000))]
    [InlineData("ot=th:80000000000000", 0.5)]
    [InlineData("ot=rv:abcdef01234567;th:8", 0.5)]
    [InlineData("ot=th:8;rv:abcdef01234567", 0.5)]
    [InlineData("vendor=1,ot=th:8,other=2", 0.5)]
    [InlineData("vendor=ot=th:c , ot=th:8 ", 0.5)]
    [InlineData("\tot=th:8", 0.5)]
    [InlineData(",,ot=th:8", 0.5)]
    public void OfTraceState_Threshold_IsRead(string traceState, double expected) =>
        Assert.Equal(expected, Probability.OfTraceState(Encoding.UTF8.GetBytes(traceState)));

    [Theory]
    [InlineData("")]
    [InlineData("ot=")]
    [InlineData("ot=th")]
    [InlineData("ot=th:")]
    [InlineData("ot=th:;rv:8")]
    [InlineData("ot=th:g")]
    [InlineData("ot=th:-1")]
    [InlineData("ot=th: 8")]
    [InlineData("ot=th:8 ;rv:1")]
    [InlineData("ot=th:0x8")]
    [InlineData("ot=th:8\0")]
    [InlineData("ot=th:800000000000000")] // 15 digits
    [InlineData("ot=xth:8")]
    [InlineData("ot=rv:8")]
    [InlineData("xot=th:8")]
    [InlineData("OT=th:8")]
    [InlineData("th:8")]
    [InlineData("vendor=th:8")]
    [InlineData("ot=th:ü")]
    [InlineData(",,,;;;===")]
    public void OfTraceState_NoThreshold_Null(string traceState) =>
        Assert.Null(Probability.OfTraceState(Encoding.UTF8.GetBytes(traceState)));

    [Fact]
    public void OfTraceState_GreatestThreshold_IsNotNever() =>
        Assert.Equal(Math.Pow(2, -56), Probability.OfTraceState("ot=th:ffffffffffffff"u8));

    [Theory]
    [InlineData("0.25", 0.25)]
    [InlineData("1", 1.0)]
    [InlineData("1e-3", 0.001)]
    [InlineData("0", null)]
    [InlineData("-0.5", null)]
    [InlineData("1.01", null)]
    [InlineData("NaN", null)]
    [InlineData("Infinity", null)]
    [InlineData("0.5 ", null)]
    [InlineData("0,5", null)]
    [InlineData("half", null)]
    [InlineData("", null)]
    public void OfText_Digits_FromZeroToOne(string text, double? expected) =>
        Assert.Equal(expected, Probability.OfText(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData(1, 1.0)]
    [InlineData(4, 0.25)]
    [InlineData(1.5, 1 / 1.5)]
    [InlineData(0, null)]
    [InlineData(0.5, null)]
    [InlineData(-4, null)]
    [InlineData(double.NaN, null)]
    [InlineData(double.PositiveInfinity, null)]
    public void OfOneIn_Count_IsItsInverse(double count, double? expected) =>
        Assert.Equal(expected, Probability.OfOneIn(count));
}
