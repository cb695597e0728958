using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization;
using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Cluster;
using DynamicSampling.Api.Dashboard;
using DynamicSampling.Api.Endpoints;
using DynamicSampling.Api.Goals;
using DynamicSampling.Api.Hosting;
using DynamicSampling.Api.Ingest;
using DynamicSampling.Api.Ingest.Otlp;
using DynamicSampling.Api.Ingest.Reports;
using DynamicSampling.Api.Ingest.Otlp.Metrics;
using DynamicSampling.Api.Ingest.Traffic;
using DynamicSampling.Api.Ingest.XRay;
using DynamicSampling.Api.Limits;
using DynamicSampling.Api.Notifications;
using DynamicSampling.Api.OpenApi;
using DynamicSampling.Api.Scheduling;
using DynamicSampling.Api.Serving;
using DynamicSampling.Api.Serving.XRay;
using DynamicSampling.Api.Storage;
using DynamicSampling.Api.Telemetry;
using DynamicSampling.Dashboard;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.SamplingTasks;
using Microsoft.Extensions.ObjectPool;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api;

/// <summary>Puts the service together: services first, then the pipeline in order.</summary>
public static class ApiBuilder
{
    /// <summary>How deep JSON bodies may be nested: conditions as deep as they may be, in the document of an import, need 37.</summary>
    internal const int MaxJsonDepth = 40;

    /// <summary>Builds the service from appsettings.json, the environment and the command line.</summary>
    public static WebApplication Build(string[] args) => Build(args, DefaultPorts.Standard);

    /// <summary>The same with ports of the caller's choice, where no address is configured.</summary>
    internal static WebApplication Build(string[] args, DefaultPorts ports)
    {
        var builder = CreateBuilder(args, ports);
        LoopbackOnly.Configure(builder);
        var app = builder.Build();
        // First, to see the status that clients see.
        app.UseRequestActivities();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseMiddleware<DoubledSlashes>();
        app.UseMiddleware<KeysInPaths>();
        app.UseRouting();
        app.UseAccess();
        app.UseMiddleware<LimitedRequests>();
        app.UseMiddleware<ContentEncodings>();
        app.UseMiddleware<Charsets>();
        app.UseMiddleware<BodyLimit>();
        // Reads forms, so it comes after whatever limits what is read.
        app.UseAntiforgery();
        app.UseMiddleware<FormTokens>();
        app.UseDashboard();

        app.MapTasks();
        app.MapRuns();
        app.MapTraces();
        app.MapMetrics();
        app.MapVolumes();
        app.MapReports();
        app.MapOrganizations();
        app.MapProjects();
        app.MapRates();
        app.MapRateVersions();
        app.MapSampling();
        app.MapXRay();
        app.MapStrategies();
        app.MapClients();
        app.MapGoal();
        app.MapRules();
        app.MapCustomRules();
        app.MapSettingsDocuments();
        app.MapAudit();
        app.MapCluster();
        app.MapHealth();
        app.MapSignIn();
        app.MapDashboardPages();
        app.MapOpenApi("/openapi/{documentName}.json").RequireScope(Scope.None, Reach.None);
        return app;
    }

    /// <summary>The settings and services, for commands that do without the pipeline.</summary>
    internal static WebApplicationBuilder CreateBuilder(string[] args, DefaultPorts ports)
    {
        var builder = WebApplication.CreateBuilder(args);
        // Wherever it is started: the settings that ship with the program come first, those of the working directory win.
        builder.Configuration.Sources.Insert(0, ShippedSettings());
        builder.Services.AddDefaultAddresses(ports);
        builder.Services.AddLimits();
        AddHttp(builder);
        AddStorage(builder);
        // Reads the keys after the schema is up to date, and before requests come in.
        builder.AddAccess();
        // After storage as well: it has the keys that cookies and forms are protected with.
        builder.Services.AddDashboardPages();
        AddIngest(builder);
        AddSampling(builder);
        builder.AddServiceTelemetry();
        return builder;
    }

    private static void AddHttp(WebApplicationBuilder builder)
    {
        builder.Services.AddProblemDetails(options => options.CustomizeProblemDetails = StatusProblems.Describe);
        // After the framework's own, which then has what it can write.
        builder.Services.AddSingleton<IProblemDetailsWriter, UnaskedProblems>();
        builder.Services.AddExceptionHandler<OtlpErrors>();
        builder.Services.AddExceptionHandler<BadRequests>();
        builder.Services.AddExceptionHandler<StorageErrors>();
        builder.Services.AddServiceOpenApi();
        builder.Services.AddHealthChecks().AddCheck<StorageHealth>("storage").AddCheck<SettingsErrors>("settings");
        // Everywhere, and not in development only: a bind error is never an empty 400.
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.ConfigureHttpJsonOptions(options =>
        {
            // Names only: a number would be taken whether it stands for one of them or not.
            options.SerializerOptions.Converters.Add(new JsonStringEnumConverter<SamplingMode>(namingPolicy: null, allowIntegerValues: false));
            options.SerializerOptions.MaxDepth = MaxJsonDepth;
            options.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            options.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            options.SerializerOptions.AllowDuplicateProperties = false;
            options.SerializerOptions.RespectNullableAnnotations = true;
        });
    }

    private static void AddStorage(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(services => DataSources.Create(services.GetRequiredService<IConfiguration>(), builder.Environment.ContentRootPath));
        builder.Services.AddSingleton<Database>();
        builder.Services.AddSingleton<SchemaBackup>();
        builder.Services.AddSingleton<Migrations>();
        builder.Services.AddSingleton<VolumePartitions>();
        builder.Services.AddSingleton<SettingsErrors>();
        builder.Services.AddSingleton<SqlAuditLog>();
        builder.Services.AddSingleton<NameLimits>();
        builder.Services.AddSingleton<SqlOrganizationStore>();
        builder.Services.AddSingleton<IOrganizationStore>(services => services.GetRequiredService<SqlOrganizationStore>());
        builder.Services.AddSingleton<SqlProjectStore>();
        builder.Services.AddSingleton<SeriesRoom>();
        builder.Services.AddSingleton<SqlVolumeStore>();
        builder.Services.AddSingleton<SqlVolumeHistory>();
        builder.Services.AddSingleton<IVolumeStore>(services => services.GetRequiredService<SqlVolumeStore>());
        builder.Services.AddSingleton<SqlRateStore>();
        builder.Services.AddSingleton<IRateStore>(services => services.GetRequiredService<SqlRateStore>());
        builder.Services.AddSingleton<SqlRateVersions>();
        builder.Services.AddSingleton<SqlCustomRuleStore>();
        builder.Services.AddSingleton<ICustomRuleStore>(services => services.GetRequiredService<SqlCustomRuleStore>());
        builder.Services.AddSingleton<SqlClientStore>();
        builder.Services.AddSingleton<SqlInstanceStore>();
        builder.Services.AddSingleton<SqlSettingsDocuments>();
        builder.Services.AddSingleton<IPassProgress, SqlPassProgress>();
        builder.Services.AddSingleton<SqlRunStore>();
        builder.Services.AddSingleton<IRunStore>(services => services.GetRequiredService<SqlRunStore>());
        builder.Services.AddOptions<StorageOptions>().BindConfiguration(StorageOptions.Section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>();
        builder.Services.AddSingleton<RowDeletion>();
        builder.Services.AddSingleton<VolumeCap>();
        builder.Services.AddSingleton<UnusedNames>();
        builder.Services.AddHostedService<StorageStartup>();
        builder.Services.AddCluster();
        builder.Services.AddHostedService<Retention>();
    }

    private static void AddIngest(WebApplicationBuilder builder)
    {
        // A compressed body that ends early is an error, and not a shorter body. Read when the first one is decompressed.
        AppContext.SetSwitch("System.IO.Compression.UseStrictValidation", isEnabled: true);
        builder.Services.AddOptions<IngestOptions>().BindConfiguration("Ingest").ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<IngestOptions>, IngestOptionsValidator>();
        builder.Services.AddSingleton<IngestMetrics>();
        builder.Services.AddSingleton<TrafficTable>();
        builder.Services.AddSingleton(services => new RepeatedSpans(services.GetRequiredService<IOptions<IngestOptions>>().Value.RememberedSpans));
        builder.Services.AddSingleton<TraceIngest>();
        builder.Services.AddSingleton<ClientPolls>();
        builder.Services.AddSingleton<SamplerReports>();
        builder.Services.AddSingleton<RepeatedStatistics>();
        builder.Services.AddSingleton<XRayCounts>();
        builder.Services.AddSingleton<OrganizationRoom>();
        builder.Services.AddSingleton<OtlpBodies>();
        builder.Services.AddSingleton<OtlpReceiver>();
        builder.Services.AddSingleton<MetricsReceiver>();
        builder.Services.AddSingleton<ObjectPool<RootSpanList>>(new DefaultObjectPool<RootSpanList>(new DefaultPooledObjectPolicy<RootSpanList>()));
        builder.Services.AddSingleton<VolumeFlusher>();
        builder.Services.AddHostedService<ClientMemory>();
        // Stops after the server, so that what was answered is stored, and before the database goes.
        builder.Services.AddHostedService(services => services.GetRequiredService<VolumeFlusher>());
    }

    private static void AddSampling(WebApplicationBuilder builder)
    {
        builder.Services.AddDynamicSamplingTasks(options =>
        {
            options.RunPath = RunsEndpoints.RunPath;
            // The runs of this service are for those who operate it.
            options.ShowExceptionMessages = true;
        });
        builder.Services.AddOptions<SamplingOptions>().BindConfiguration("Sampling")
            .Validate(
                sampling => sampling.ExplicitTransactions + sampling.SmallestTransactions <= SamplingOptions.MaxOwnTransactions,
                $"Sampling:ExplicitTransactions and Sampling:SmallestTransactions must be {SamplingOptions.MaxOwnTransactions} at most together.")
            .ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<SamplingOptions>, SamplingOptionsValidator>();
        builder.Services.AddSamplingTasks();
        builder.Services.AddSingleton<VisibleRuns>();
        builder.Services.AddSingleton<TaskStarts>();
        builder.Services.AddSingleton<TaskCatalogue>();
        builder.Services.AddScheduling(builder.Configuration);
        builder.Services.AddNotifications();
        builder.Services.AddSingleton<RatesChanged>();
        builder.Services.AddSingleton<SamplingStrategies>();
        builder.Services.AddSingleton<XRaySampling>();
        builder.Services.AddSingleton<ClientsReport>();
        builder.Services.AddSingleton<ProjectRatesReport>();
        builder.Services.AddSingleton<ProjectRules>();
        builder.Services.AddSingleton<GoalReport>();
    }

    private static Microsoft.Extensions.Configuration.Json.JsonConfigurationSource ShippedSettings()
    {
        var source = new Microsoft.Extensions.Configuration.Json.JsonConfigurationSource
        {
            Path = Path.Combine(AppContext.BaseDirectory, "appsettings.json"),
            Optional = true,
        };
        source.ResolveFileProvider();
        return source;
    }
}
