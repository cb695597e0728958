using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace DynamicSampling.Tests.Models;

/// <summary>Inputs of the models; the seed is fixed, so a failure repeats.</summary>
internal static class Given
{
    public static readonly Gen<double> Count = Gen.OneOf(
        Gen.Choose(0, 9).Select(count => (double)count),
        Gen.Choose(0, 1_000_000).Select(count => (double)count),
        Gen.Choose(0, int.MaxValue).Select(count => count * 1_000.0),
        Gen.Choose(0, 1_000_000).Select(count => count / 977.0));

    // Strictly between 0 and 1, also close to both.
    public static readonly Gen<double> Rate = Gen.OneOf(
        Gen.Choose(1, 999).Select(rate => rate / 1_000.0),
        Gen.Choose(1, 999).Select(rate => rate / 1e7),
        Gen.Choose(1, 999).Select(rate => 1 - (rate / 1e7)));

    public static readonly Gen<double> Intensity = Gen.OneOf(
        Gen.Elements(0.0, 0.5, 0.8, 1.0), Gen.Choose(0, 1_000).Select(share => share / 1_000.0));

    // Mostly valid, so that whole inputs often are.
    public static readonly Gen<double> NastyAmount = Gen.Frequency(
        (30, Gen.Elements(0, -0.0, double.Epsilon, 3 * double.Epsilon, 1e-310, 1e-300, 0.1, 1, 1e16, 1e300, 1e307, 1e308)),
        (1, Gen.Elements(double.MaxValue, -1, -double.Epsilon, double.NaN, double.PositiveInfinity, double.NegativeInfinity)));

    public static readonly Gen<double> NastyShare = Gen.Frequency(
        (30, Gen.Elements(0, -0.0, double.Epsilon, 1e-310, 1e-17, 0.1, 0.5, 1 - 1e-16, 1)),
        (1, Gen.Elements(1 + 1e-15, 1e300, -double.Epsilon, double.NaN, double.PositiveInfinity)));

    private static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(10_000).WithQuietOnSuccess(true)
        .WithReplay(FSharpOption<Replay>.Some(new(new Rnd(20_261_122, 20_261_123), FSharpOption<int>.None)));

    public static void Check<T>(this Gen<T> cases, Action<T> property) => Prop.ForAll(cases.ToArbitrary(), property).Check(Config);

    public static double Spent(double[] counts, double[] rates) => counts.Zip(rates, (count, rate) => count * rate).Sum();

    public static void AssertRelative(double expected, double actual, double tolerance = 1e-9) =>
        Assert.InRange(actual, expected * (1 - tolerance), expected * (1 + tolerance));

    public static void AssertLargerNeverGetsMore(double[] counts, double[] rates)
    {
        rates = [.. rates];
        Array.Sort((double[])counts.Clone(), rates);
        for (var index = 1; index < rates.Length; index++)
            Assert.True(rates[index] <= rates[index - 1], $"{rates[index]:R} after {rates[index - 1]:R}");
    }
}
