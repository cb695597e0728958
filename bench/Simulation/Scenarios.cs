namespace DynamicSampling.Simulation;

/// <summary>The scenarios.</summary>
internal static class Scenarios
{
    private const int Services = 12;
    private const int Transactions = 8;
    private const int StepAt = 20;

    // Twelve services with eight transactions each: a few are loud, most are quiet.
    private static readonly TrafficClass[] Shop =
    [
        .. from service in Enumerable.Range(0, Services)
           from transaction in Enumerable.Range(0, Transactions)
           select new TrafficClass($"service-{(char)('a' + service)}", $"GET /{(char)('a' + transaction)}"),
    ];

    private static readonly double[] Volume = [.. Shop.Select((_, index) => VolumeOf(index / Transactions, index % Transactions))];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        Steady(), StepOfVolume(), StepOfMix(), Spike(), Day(), LongTail(), ComingAndGoing(), Disobedience(), LateSpans(), Luck(), FewTraces(),
    ];

    public static Scenario Find(string name) => All.First(scenario => scenario.Name == name);

    private static double VolumeOf(int service, int transaction) => 60_000 / Math.Pow(service + 1, 1.6) / Math.Pow(transaction + 1, 1.2);

    private static Scenario OfShop(string name, string title, string story, int minutes, Func<int, int, int, double> timesAt, params int[] changes) =>
        new(name, title, story)
        {
            Minutes = minutes,
            Classes = Shop,
            ArrivalsAt = minute => Enumerable.Range(0, Shop.Length)
                .Select(index => new Arrival(index, Volume[index] * timesAt(minute, index / Transactions, index % Transactions)))
                .Where(arrival => arrival.Count > 0),
            Changes = changes,
        };

    private static Scenario Steady() => OfShop(
        "steady", "Steady traffic", "Nothing changes.", 60, static (_, _, _) => 1);

    private static Scenario StepOfVolume() => OfShop(
        "step-volume", "Three times the volume", "From minute 20 on every service has three times its traffic.", 80,
        static (minute, _, _) => minute < StepAt ? 1 : 3, StepAt);

    private static Scenario StepOfMix() => OfShop(
        "step-mix",
        "Another mix",
        "At minute 20 most of the loudest services' traffic moves to quiet ones, whose rates are high, and within services from the loudest transaction to the rare ones. Without a correction far too much would be kept until the hour's volumes know.",
        100,
        static (minute, service, transaction) => minute < StepAt ? 1
            : (service < 2 ? 0.3 : service is 6 or 8 ? 12 : 1) * (transaction == 0 ? 0.4 : transaction >= 5 ? 6 : 1),
        StepAt);

    private static Scenario Spike() => OfShop(
        "spike", "A spike", "The second loudest service has ten times its traffic from minute 20 to 30.", 80,
        static (minute, service, _) => service == 1 && minute is >= StepAt and < StepAt + 10 ? 10 : 1, StepAt, StepAt + 10);

    private static Scenario Day() => OfShop(
        "day", "A day", "24 hours: the services' traffic swings by three quarters, the even ones' by day, the odd ones' by night.", 24 * 60,
        static (minute, service, _) => 1 + (0.75 * Math.Sin(2 * Math.PI * ((minute / 1440.0) + (service % 2 / 2.0)))));

    private static Scenario ComingAndGoing() => OfShop(
        "coming-and-going",
        "Services come and go",
        "Every 15 minutes one service vanishes and another appears, the third loudest among them; services never seen before start with the target's rate.",
        110,
        static (minute, service, _) => service switch
        {
            2 => minute is >= 20 and < 65 ? 0 : 1,
            4 => minute >= 20 ? 1 : 0,
            5 => minute >= 35 ? 0 : 1,
            6 => minute >= 35 ? 8 : 0,
            3 => minute >= 50 ? 0 : 1,
            7 => minute >= 50 ? 4 : 0,
            _ => 1,
        },
        20, 35, 50, 65);

    private static Scenario Disobedience() => OfShop(
        "disobedience", "Clients that obey only 70 %", "From minute 20 to 60 clients keep 70 % of what they should.", 100,
        static (_, _, _) => 1, StepAt, 60) with
    {
        ObedienceAt = static minute => minute is >= StepAt and < 60 ? 0.7 : 1,
    };

    private static Scenario LateSpans() => StepOfMix() with
    {
        Name = "late-spans",
        Title = "Late spans",
        Story = "The other mix again, and a third of what is kept is counted a minute after the totals are: that must not be taken for disobedience.",
        LateShare = 1 / 3.0,
    };

    private static Scenario Luck() => StepOfMix() with
    {
        Name = "luck",
        Title = "Drawn by lot",
        Story = "The other mix again, with every trace drawn by lot: Poisson what arrives, binomial what is kept.",
        IsRandom = true,
    };

    private static Scenario FewTraces() => OfShop(
        "few-traces", "Few traces", "400 traces a minute, drawn by lot, nothing changes: chance must not be taken for disobedience.", 180,
        static (_, _, _) => 400 / Volume.Sum()) with
    {
        IsRandom = true,
    };

    private static Scenario LongTail()
    {
        const int Rare = 100_000;
        const int RarePerMinute = 2_500;
        const string Api = "api";
        var classes = Shop.Take(4 * Transactions)
            .Concat(Enumerable.Range(0, 40).Select(index => new TrafficClass(Api, $"GET /common/{index}")))
            .Concat(Enumerable.Range(0, Rare).Select(index => new TrafficClass(Api, $"GET /rare/{index}"))).ToArray();
        const int Common = 4 * Transactions;
        return new(
            "long-tail",
            "A long tail",
            "One project has 40 common transactions and 100,000 rare ones, 2,500 of them in a minute. From minute 20 on half of the common ones' traffic goes to the rare ones.")
        {
            Minutes = 60,
            Classes = classes,
            Changes = [StepAt],
            ArrivalsAt = minute =>
            [
                .. Enumerable.Range(0, Common).Select(index => new Arrival(index, Volume[index])),
                .. Enumerable.Range(0, 40).Select(index => new Arrival(Common + index, 40_000.0 / (index + 1) * (minute < StepAt ? 1 : 0.5))),
                .. Enumerable.Range(0, RarePerMinute).Select(index => new Arrival(
                    Common + 40 + ((((minute + 1000) * RarePerMinute) + index) % Rare), minute < StepAt ? 4 : 4 + (40_000 * 4.28 * 0.5 / RarePerMinute))),
            ],
        };
    }
}
