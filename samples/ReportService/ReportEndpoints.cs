using DynamicSampling.Tasks.Runtime;

namespace ReportService;

internal static class ReportEndpoints
{
    public static void MapReports(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/reports", BuildReport).WithTaskContext(maxExecution: TimeSpan.FromSeconds(30));
        routes.MapGet("/regions", ListRegions).WithTaskMetrics();
    }

    private static async Task<Report> BuildReport(ReportRequest request, OrderBook book, TaskContext task)
    {
        var orders = await task.FetchAsync(book, request.Region);
        return task.Run("summarize", orders, static (orders, summarize) =>
        {
            RegionTotal[] regions =
            [
                .. orders.GroupBy(order => order.Region, StringComparer.Ordinal)
                    .Select(region => new RegionTotal(region.Key, region.Count(), region.Sum(order => order.Amount)))
                    .OrderByDescending(region => region.Revenue),
            ];
            summarize.AddRows(orders.Count);
            summarize.Add("regions", regions.Length);
            return new Report(orders.Count, regions.Sum(region => region.Revenue), regions);
        });
    }

    private static string[] ListRegions(OrderBook book) => [.. book.Regions];
}
