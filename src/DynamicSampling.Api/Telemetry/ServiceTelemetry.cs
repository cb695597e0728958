using System.Globalization;
using System.Reflection;
using DynamicSampling.Api.Ingest;
using DynamicSampling.Tasks.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace DynamicSampling.Api.Telemetry;

/// <summary>The service's own telemetry: OTLP, configured by the standard <c>OTEL_*</c> variables, off when no endpoint is set.</summary>
internal static class ServiceTelemetry
{
    private const string ServiceName = "dynamic-sampling";
    private const string ProtocolKey = "OTEL_EXPORTER_OTLP_PROTOCOL";

    public static void AddServiceTelemetry(this WebApplicationBuilder builder)
    {
        // By itself ASP.NET Core leaves the tags of its request activity to instrumentation libraries. Read when the host is built.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", isEnabled: false);
        var configuration = builder.Configuration;
        if (string.Equals(configuration["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase))
            return;
        // The exporters' own default is gRPC.
        if (string.IsNullOrEmpty(configuration[ProtocolKey]))
            configuration[ProtocolKey] = "http/protobuf";

        // Later ones win: the standard variables over what is ours.
        var telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(resource => resource
            .Clear()
            .AddService(
                ServiceName,
                serviceVersion: Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion)
            .AddTelemetrySdk()
            .AddEnvironmentVariableDetector());
        if (HasEndpoint(configuration, "METRICS"))
        {
            telemetry.WithMetrics(metrics => metrics
                .AddMeter(TelemetryNames.Meter, IngestMetrics.MeterName, "System.Runtime")
                .AddAspNetCoreInstrumentation()
                .AddOtlpExporter(options => Configure(options, configuration, "METRICS")));
        }

        if (HasEndpoint(configuration, "TRACES"))
        {
            telemetry.WithTracing(traces => traces
                .AddSource(TelemetryNames.ActivitySource)
                .AddAspNetCoreInstrumentation()
                .AddOtlpExporter(options => Configure(options, configuration, "TRACES")));
        }

        if (HasEndpoint(configuration, "LOGS"))
            telemetry.WithLogging(logs => logs.AddOtlpExporter(options => Configure(options, configuration, "LOGS")), options => options.IncludeFormattedMessage = true);
    }

    // By itself the SDK reads what is set for one signal only where it exports all of them.
    private static void Configure(OtlpExporterOptions options, ConfigurationManager configuration, string signal)
    {
        var prefix = $"OTEL_EXPORTER_OTLP_{signal}_";
        if (Uri.TryCreate(configuration[prefix + "ENDPOINT"], UriKind.Absolute, out var endpoint))
            options.Endpoint = endpoint;
        if (configuration[prefix + "HEADERS"] is { Length: > 0 } headers)
            options.Headers = headers;
        if (int.TryParse(configuration[prefix + "TIMEOUT"], CultureInfo.InvariantCulture, out var milliseconds))
            options.TimeoutMilliseconds = milliseconds;
        options.Protocol = configuration[prefix + "PROTOCOL"] switch
        {
            "grpc" => OtlpExportProtocol.Grpc,
            "http/protobuf" => OtlpExportProtocol.HttpProtobuf,
            _ => options.Protocol,
        };
    }

    private static bool HasEndpoint(ConfigurationManager configuration, string signal) =>
        !string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"])
        || !string.IsNullOrEmpty(configuration[$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"]);
}
