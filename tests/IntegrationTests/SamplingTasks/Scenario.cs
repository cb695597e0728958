using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using DynamicSampling.IntegrationTests.Api;

namespace DynamicSampling.IntegrationTests.SamplingTasks;

/// <summary>A volume, as it is posted.</summary>
internal sealed record Volume(string Project, string Transaction, double Total, double Kept = 0, DateTimeOffset? Timestamp = null, string Organization = "acme");

/// <summary>The steps of a test from posted volumes to served rates.</summary>
internal static class Scenario
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static async Task PostAsync(this HttpClient client, params IEnumerable<Volume> volumes)
    {
        using var response = await client.PostAsJsonAsync("/api/volumes", volumes, Json);
        await AssertOkAsync(response);
    }

    public static async Task PutAsync(this HttpClient client, string path, object body)
    {
        using var response = await client.PutAsJsonAsync(path, body);
        await AssertOkAsync(response);
    }

    /// <summary>Runs a task to its end, and gives what came of it.</summary>
    public static async Task<JsonElement> RunAsync(this HttpClient client, string task, string? organization = null, bool dryRun = false)
    {
        using var response = await client.RunTaskAsync(task, new { organization, dryRun });
        await AssertOkAsync(response);
        return (await response.ReadJsonAsync()).GetProperty("result");
    }

    public static Task<JsonElement> RatesAsync(this HttpClient client, string organization = "acme") =>
        client.GetJsonAsync($"/api/organizations/{organization}/rates");

    public static Task<JsonElement> RatesOfAsync(this HttpClient client, string project, string organization = "acme") =>
        client.GetJsonAsync($"/api/organizations/{organization}/projects/{Uri.EscapeDataString(project)}/rates");

    public static double Number(this JsonElement element, string member) => element.GetProperty(member).GetDouble();

    public static string? Text(this JsonElement element, string member) => element.GetProperty(member).GetString();

    public static (double Rate, string? Source) Target(this JsonElement rates) =>
        (rates.GetProperty("target").Number("rate"), rates.GetProperty("target").Text("source"));

    /// <summary>The projects' members by name.</summary>
    public static Dictionary<string, double> Projects(this JsonElement rates, string member = "rate") =>
        rates.GetProperty("projects").EnumerateArray().ToDictionary(project => project.Text("project")!, project => project.Number(member));

    /// <summary>The transactions' members by name.</summary>
    public static Dictionary<string, double> Transactions(this JsonElement rates, string member = "servedRate") =>
        rates.GetProperty("transactions").EnumerateArray().ToDictionary(transaction => transaction.Text("transaction")!, transaction => transaction.Number(member));

    public static double Scalar(this ApiHost host, string sql) => Convert.ToDouble(host.Database.Scalar(sql), CultureInfo.InvariantCulture);

    public static void AssertClose(double expected, double actual, double tolerance = 1e-9) =>
        Assert.Equal(expected, actual, Math.Max(Math.Abs(expected) * tolerance, double.Epsilon));

    private static async Task AssertOkAsync(HttpResponseMessage response) =>
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
}
