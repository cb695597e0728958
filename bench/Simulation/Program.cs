using System.Text;
using DynamicSampling.Simulation;

if (args is ["--help" or "-h", ..])
{
    Console.WriteLine("Plays traffic against the tasks: [--check] [--output docs/quality] [--scenario name]");
    return 0;
}

var check = args.Contains("--check");
var output = Value("--output");
var only = Value("--scenario");
var isFine = true;
var results = new StringBuilder();
foreach (var scenario in Scenarios.All.Where(scenario => only is null || scenario.Name == only))
{
    var plays = await Play.AllOfAsync(scenario);
    foreach (var play in plays)
        Judge(play);
    // A pass in the middle of a minute sees half of it.
    if (check)
    {
        foreach (var clients in new[] { Clients.Lag0, Clients.Lag1, Clients.Lag2, Clients.Mixed })
            Judge(await Play.OfAsync(scenario, clients, secondOfPass: 30));
    }

    results.Append(Report.SectionOf(scenario, plays, Path.GetFileName(output) ?? ""));
    if (output is not null)
    {
        Directory.CreateDirectory(output);
        await File.WriteAllTextAsync(Path.Combine(output, scenario.Name + ".svg"), Chart.Draw(scenario, plays));
    }
}

if (only is null)
{
    var late = new List<Play>();
    foreach (var name in new[] { "step-mix", "disobedience" })
    {
        foreach (var lag in new[] { 3, 5, 8, 10, 12 })
            late.Add(await Play.OfAsync(Scenarios.Find(name), Clients.Together(lag)));
    }

    foreach (var play in late)
        Judge(play);
    results.Append(Report.TableOfLags(late));
    if (output is not null)
        await File.WriteAllTextAsync(output + ".md", Report.Insert(await File.ReadAllTextAsync(output + ".md"), results.ToString()));
}

return check && !isFine ? 1 : 0;

string? Value(string option) => Array.IndexOf(args, option) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

void Judge(Play play)
{
    Console.WriteLine(Report.LineOf(play));
    // Only our own must be good, and only to clients that are not later than they are said to be.
    if (play.Playback is not { Controller: Controller.Ours, Clients.MostLag: <= ControlLoop.ClientLag })
        return;
    foreach (var failure in play.Quality.Failures())
    {
        isFine = false;
        Console.WriteLine($"    FAILED: {failure}");
    }
}
