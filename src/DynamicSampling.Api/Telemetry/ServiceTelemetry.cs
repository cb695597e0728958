using System.Reflection;
using DynamicSampling.Api.Ingest;
using DynamicSampling.Tasks.Telemetry;
using OpenTelemetry;
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
                .AddOtlpExporter());
        }

        if (HasEndpoint(configuration, "TRACES"))
        {
            telemetry.WithTracing(traces => traces
                .AddSource(TelemetryNames.ActivitySource)
                .AddAspNetCoreInstrumentation()
                .AddOtlpExporter());
        }

        if (HasEndpoint(configuration, "LOGS"))
            telemetry.WithLogging(logs => logs.AddOtlpExporter(), options => options.IncludeFormattedMessage = true);
    }

    private static bool HasEndpoint(ConfigurationManager configuration, string signal) =>
        !string.IsNullOrEmpty(configuration["OTEL_EXPORTER_OTLP_ENDPOINT"])
        || !string.IsNullOrEmpty(configuration[$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"]);
}
