using DynamicSampling.Tasks.Runtime;

namespace ReportService;

/// <summary>The function that every task here starts with.</summary>
internal static class FetchOrders
{
    public static async Task<List<Order>> FetchAsync(this TaskContext task, OrderBook book, string? region)
    {
        var fetched = task.GetFunctionState("fetch_orders");
        var orders = new List<Order>();
        await foreach (var page in task.Iterate("fetch_orders", book.ReadPages(region)))
        {
            orders.AddRange(page);
            fetched.AddRows(page.Length);
            fetched.AddDbCalls();
        }

        return orders;
    }
}
