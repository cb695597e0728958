using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ShopNet;

/// <summary>Both services, each in a process of its own, people who visit them, and a board that shows what is kept. Ctrl+C ends it.</summary>
internal static class Shop
{
    private const string DynamicSampling = "http://localhost:5000";
    private static readonly TimeSpan BoardInterval = TimeSpan.FromSeconds(15);

    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Length > 0)
        {
            await Console.Error.WriteLineAsync($"Usage: ShopNet [{Storefront.Name} | {Stock.Name}] — without an argument, the whole shop.");
            return 2;
        }

        using var client = new HttpClient { BaseAddress = new(DynamicSampling) };
        var board = new Board(client);
        if (!await board.IsThereAsync())
        {
            await Console.Error.WriteLineAsync($"DynamicSampling does not answer on {DynamicSampling}. Start it first: dotnet run --project src/DynamicSampling.Api");
            return 1;
        }

        using var stop = new CancellationTokenSource();
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var stock = await StartAsync(Stock.Name, "--urls", "http://localhost:7102");
        using var storefront = await StartAsync(Storefront.Name, "--urls", "http://localhost:7101", "--Stock", stock.Address.ToString().TrimEnd('/'));
        Console.WriteLine("Two services run: storefront, stock. Their rates follow the traffic once a minute.");

        using var visitors = new HttpClient();
        var sending = Visitor.All.Select(visitor =>
            visitor.SendAsync(visitors, visitor.Service == Stock.Name ? stock.Address : storefront.Address, stop.Token)).ToList();
        await ShowAsync(board, stop.Token);
        await stop.CancelAsync();
        await Task.WhenAll(sending);
        return 0;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    private static async Task ShowAsync(Board board, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(BoardInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
                await board.ShowAsync(TimeProvider.System.GetElapsedTime(started));
        }
        catch (OperationCanceledException)
        {
            // It is closing time.
        }
        catch (HttpRequestException exception)
        {
            await Console.Error.WriteLineAsync($"DynamicSampling does not answer any more: {exception.Message}");
        }
    }

    private static async Task<RunningService> StartAsync(string name, params IEnumerable<string> arguments)
    {
        // As ShopNet, or as dotnet ShopNet.dll.
        var program = Environment.ProcessPath!;
        IEnumerable<string> dll = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(Shop).Assembly.Location] : [];
        var process = Process.Start(new ProcessStartInfo(program, [.. dll, name, .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        return await process.StandardOutput.ReadLineAsync() is { } address
            ? new(process, new(address))
            : throw new InvalidOperationException($"{name} has ended. Is its port taken?");
    }

    private sealed record RunningService(Process Process, Uri Address) : IDisposable
    {
        public void Dispose()
        {
            // Ctrl+C reaches all processes of the terminal: it sends what it still has.
            if (!Process.WaitForExit(TimeSpan.FromSeconds(5)))
                Process.Kill();
            Process.Dispose();
        }
    }
}
