namespace ReportService;

internal static class Program
{
    private static void Main(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddDynamicSamplingTasks(options => options.RunPath = "/runs/{id}");
        builder.Services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, ReportJsonContext.Default));
        builder.Services.AddSingleton<OrderBook>();

        var app = builder.Build();
        app.MapReports();
        app.MapExports();
        app.MapRuns();
        app.Run();
    }
}
