namespace DynamicSampling.Simulation;

/// <summary>Those who sample: how late they follow new rates.</summary>
/// <param name="Name">For tables.</param>
/// <param name="LeastLag">How many cycles after a publication the first of them follow.</param>
/// <param name="MostLag">After how many cycles all of them do. In between they follow evenly, as they poll at moments of their own.</param>
internal sealed record Clients(string Name, double LeastLag, double MostLag)
{
    public static readonly Clients Lag0 = Together(0);
    public static readonly Clients Lag1 = Together(1);
    public static readonly Clients Lag2 = Together(2);
    public static readonly Clients Mixed = new("lag 0 to 2", 0, 2);

    public static Clients Together(int lag) => new(FormattableString.Invariant($"lag {lag}"), lag, lag);

    /// <summary>The share of them that follow what was published so many cycles ago.</summary>
    public double ShareThatFollows(double age) =>
        age < LeastLag ? 0 : age >= MostLag ? 1 : (age - LeastLag) / (MostLag - LeastLag);
}
