#:package OpenTelemetry.Exporter.OpenTelemetryProtocol
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false

// Sends a few spans to the address it is given, by the .NET exporter of OTLP; record.mjs runs it.
using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

var start = new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);
using var http = new ActivitySource("Shop.Http", "1.0");
using var database = new ActivitySource("Shop.Database");
using var provider = Sdk.CreateTracerProviderBuilder()
    .AddSource(http.Name, database.Name)
    .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddAttributes(
    [
        new("service.name", "checkout"),
        new("service.version", "2.7.1"),
        new("deployment.environment.name", "production"),
        new("process.pid", 4711),
    ]))
    .AddOtlpExporter(options =>
    {
        options.Endpoint = new Uri(args[0]);
        options.Protocol = OtlpExportProtocol.HttpProtobuf;
    })
    .Build();

using (var order = Begin(http, "GET /orders/{id}", ActivityKind.Server))
{
    order.SetTag("http.request.method", "GET");
    order.SetTag("http.response.status_code", 200);
    order.SetTag("app.ratio", 0.25);
    order.SetTag("app.cached", false);
    order.SetTag("app.tags", new[] { "a", "ü", "東京" });
    order.AddEvent(new("cache.miss", start.AddMilliseconds(3), new() { ["cache.key"] = "order:12" }));
    using var query = Begin(database, "SELECT shop.orders", ActivityKind.Client);
    query.SetTag("db.query.text", "SELECT *\nFROM \"orders\"");
    query.SetStatus(ActivityStatusCode.Error, "timeout");
}

using (var transfer = Begin(http, "Überweisung → 東京 🛒", ActivityKind.Server))
    transfer.AddLink(new(new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded)));

using (var sampled = Begin(http, "sampled in two", ActivityKind.Server))
    sampled.TraceStateString = "ot=th:8";

Activity.Current = null;
var remote = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, traceState: null, isRemote: true);
using (http.StartActivity("called from elsewhere", ActivityKind.Server, remote))
{
}

return provider.ForceFlush(10_000) ? 0 : 1;

Activity Begin(ActivitySource source, string name, ActivityKind kind)
{
    var activity = source.StartActivity(name, kind)!;
    activity.SetStartTime(start.UtcDateTime);
    activity.SetEndTime(start.AddMilliseconds(25).UtcDateTime);
    return activity;
}
