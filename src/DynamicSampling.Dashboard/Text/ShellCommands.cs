using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Dashboard.Text;

/// <summary>Commands for a shell that lead to a first rate. Names are chosen by anybody, so they stay within their quotes.</summary>
/// <param name="Address">Where the service is, without a slash at the end.</param>
/// <param name="Organization">The organization; null for the default one.</param>
/// <param name="NeedsKey">Whether requests need a key.</param>
internal sealed record ShellCommands(string Address, string? Organization, bool NeedsKey)
{
    // Quotes of the shell around JSON: what is not plain is written as \u0027 and the like, so a name cannot end them.
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.Default };

    private static readonly (string Project, string Transaction, int Total, int Kept)[] Shop =
    [
        ("storefront", "GET /", 90_000, 9_000), ("storefront", "GET /search", 20_000, 2_000), ("storefront", "POST /checkout", 900, 90), ("stock", "PUT /stock", 9_000, 900),
        ("billing", "POST /refund", 60, 6),
    ];

    public string PostVolumes => $"{Curl("/api/volumes")} -d '[\n{string.Join(",\n", Shop.Select(Item))}]'";

    public string Environment =>
        $"""
        export OTEL_EXPORTER_OTLP_ENDPOINT={Services}
        export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
        """;

    /// <summary>Where remote samplers ask.</summary>
    public string Sampling => $"{Services}/sampling";

    public string Run => $"{Curl("/api/tasks/rebalance_orgs")} -d '{(Named is null ? "{}" : $$"""{"organization":{{Write(Named)}}}""")}'";

    /// <summary>Says of a transaction how much traffic there is.</summary>
    public string PostVolume(string project, string transaction, int total) =>
        $"{Curl("/api/volumes")} -d '[{{{Start}\"project\":{Write(project)},\"transaction\":{Write(transaction)},\"total\":{total.ToString(CultureInfo.InvariantCulture)}}}]'";

    /// <summary>Makes a key that clients may send traces and ask for rates with.</summary>
    public string CreateKey => $"keys create NAME --scope ingest --scope sample{(Organization is null ? "" : $" --organization {Quote(Organization)}")}";

    private string? Named => Organization == Names.DefaultOrganization ? null : Organization;

    /// <summary>Where exporters and samplers are pointed at: they take a path, so key and organization are in it.</summary>
    public string Services => $"{Address}{(NeedsKey ? "/k/KEY" : "")}{(Named is null ? "" : $"/o/{Uri.EscapeDataString(Named)}")}";

    private string Curl(string path) => $"curl {(NeedsKey ? "-H 'Authorization: Bearer KEY' " : "")}{Address}{path} -H 'Content-Type: application/json'";

    private string Start => Named is null ? "" : $"\"organization\":{Write(Named)},";

    private string Item((string Project, string Transaction, int Total, int Kept) item) =>
        $$"""  {{{Start}}"project":"{{item.Project}}","transaction":"{{item.Transaction}}","total":{{item.Total}},"kept":{{item.Kept}}}""";

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string Write(string text) => JsonSerializer.Serialize(text, Json);
}
