namespace DynamicSampling.Simulation;

/// <summary>A playback and how good it was.</summary>
/// <param name="Playback">What became of the scenario.</param>
/// <param name="Quality">How well that met the target.</param>
internal sealed record Play(Playback Playback, Quality Quality)
{
    /// <summary>Who and what, for tables and legends.</summary>
    public string Name => Playback.Controller switch
    {
        Controller.Ours => Playback.Clients.Name,
        Controller.Reference => "reference, " + Playback.Clients.Name,
        Controller.SlowReference => "reference every 10 minutes, " + Playback.Clients.Name,
        _ => "no factor, " + Playback.Clients.Name,
    };

    /// <summary>Ours for every kind of clients, and the others for comparison.</summary>
    public static async Task<IReadOnlyList<Play>> AllOfAsync(Scenario scenario) =>
    [
        await OfAsync(scenario, Clients.Lag0),
        await OfAsync(scenario, Clients.Lag1),
        await OfAsync(scenario, Clients.Lag2),
        await OfAsync(scenario, Clients.Mixed),
        await OfAsync(scenario, Clients.Lag1, Controller.Reference),
        await OfAsync(scenario, Clients.Lag1, Controller.SlowReference),
        await OfAsync(scenario, Clients.Lag1, Controller.None),
    ];

    public static async Task<Play> OfAsync(Scenario scenario, Clients clients, Controller controller = Controller.Ours, int secondOfPass = 0)
    {
        var playback = await ControlLoop.PlayAsync(scenario, clients, controller, secondOfPass);
        return new(playback, Quality.Of(playback));
    }
}
