using DynamicSampling.Tasks.Runtime;

namespace ReportService;

/// <summary>The function that every task here starts with.</summary>
internal static class FetchOrders
{
    public static async Task<List<Order>> FetchAsync(this TaskContext task, OrderBook book, string? region)
    {
        var orders = new List<Order>();
        await foreach (var page in task.Iterate("fetch_orders", (function, cancellationToken) => book.ReadPages(region, function, cancellationToken)))
            orders.AddRange(page);
        return orders;
    }
}
