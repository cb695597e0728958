using System.Text.Json.Serialization;

namespace ReportService;

[JsonSerializable(typeof(ReportRequest))]
[JsonSerializable(typeof(Report))]
[JsonSerializable(typeof(RunList))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class ReportJsonContext : JsonSerializerContext;
