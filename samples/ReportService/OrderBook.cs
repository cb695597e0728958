using System.Runtime.CompilerServices;
using DynamicSampling.Tasks.Runtime;

namespace ReportService;

/// <summary>A year of orders in memory. It hands them out in pages and takes its time, as a database does.</summary>
public sealed class OrderBook(TimeProvider clock, IConfiguration configuration)
{
    private const int PageSize = 100;

    private static readonly string[] AllRegions = ["north", "south", "east", "west"];

    private readonly TimeSpan _pageLatency = configuration.GetValue("PageLatency", TimeSpan.FromMilliseconds(20));

    private readonly Order[] _orders =
    [
        .. Enumerable.Range(1, 1000).Select(number => new Order(number, AllRegions[number % 4], (number % 12) + 1, 10 + (number % 90))),
    ];

    public IReadOnlyList<string> Regions => AllRegions;

    /// <summary>The orders of a region, or all of them. It counts what it does.</summary>
    public async IAsyncEnumerable<Order[]> ReadPages(
        string? region, FunctionState function, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var page in _orders.Where(order => region is null || order.Region == region).Chunk(PageSize))
        {
            if (_pageLatency > TimeSpan.Zero)
                await Task.Delay(_pageLatency, clock, cancellationToken);
            function.AddRows(page.Length);
            function.AddDbCalls();
            yield return page;
        }
    }
}
