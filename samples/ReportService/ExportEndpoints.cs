using System.Globalization;
using System.Text;
using DynamicSampling.Tasks.Runtime;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ReportService;

internal static class ExportEndpoints
{
    public static void MapExports(this IEndpointRouteBuilder routes)
    {
        var exports = routes.MapGroup("/exports").WithTaskContext(maxExecution: TimeSpan.FromSeconds(10));
        exports.MapGet("/orders", ExportOrders);
        exports.MapGet("/months", ExportMonths).WithTaskBudget(TimeSpan.FromMinutes(2));
    }

    private static async Task<ContentHttpResult> ExportOrders(OrderBook book, TaskContext task, string? region = null)
    {
        var orders = await task.FetchAsync(book, region);
        return task.Run("write_csv", _ => Csv(
            "number,region,month,amount", orders.Select(order => Invariant($"{order.Number},{order.Region},{order.Month},{order.Amount}"))));
    }

    private static async Task<ContentHttpResult> ExportMonths(OrderBook book, TaskContext task)
    {
        var orders = await task.FetchAsync(book, region: null);
        return task.Run("write_csv", _ => Csv(
            "month,orders,revenue",
            orders.GroupBy(order => order.Month).OrderBy(month => month.Key)
                .Select(month => Invariant($"{month.Key},{month.Count()},{month.Sum(order => order.Amount)}"))));
    }

    private static ContentHttpResult Csv(string header, IEnumerable<string> lines) =>
        TypedResults.Text(new StringBuilder(header).Append('\n').AppendJoin('\n', lines).Append('\n').ToString(), "text/csv");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
