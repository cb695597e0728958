using DynamicSampling.HttpApp;

// Two endpoints that differ in the filter only; see ../http/compare.sh.
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddDynamicSamplingTasks();

var app = builder.Build();
app.MapGet("/bare", GetReport);
app.MapGet("/filtered", GetReport).WithTaskContext("filtered");
app.Run();

static Report GetReport() => new(Rows: 30, Rate: 0.036);
