using System.Globalization;
using System.Net;
using System.Text.Json;

namespace ShopNet;

/// <summary>Shows what DynamicSampling has counted, and which rate each operation has.</summary>
internal sealed class Board(HttpClient client)
{
    private const string Organization = "/api/organizations/default";

    /// <summary>Whether DynamicSampling answers.</summary>
    public async Task<bool> IsThereAsync()
    {
        try
        {
            await GetAsync("/goal");
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public async Task ShowAsync(TimeSpan since)
    {
        var goal = await GetAsync("/goal");
        var volumes = await GetAsync("/volumes?window=5m&by=transaction");
        var achieved = goal.GetProperty("achieved")[0];
        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{since.TotalSeconds:F0} s, version {goal.GetProperty("version").GetInt64()}: target {Percent(goal.GetProperty("target").GetProperty("rate").GetDouble())}, kept in the last 5 minutes {Percent(Number(achieved, "rate"))}, {(achieved.GetProperty("exact").GetBoolean() ? "exact" : "estimated")}"));
        foreach (var service in Visitor.All.GroupBy(visitor => visitor.Service, StringComparer.Ordinal))
        {
            var rates = await GetAsync($"/projects/{service.Key}/rates");
            foreach (var operation in service.Select(visitor => visitor.Operation))
            {
                var own = rates.GetProperty("transactions").EnumerateArray().FirstOrDefault(item => item.GetProperty("transaction").GetString() == operation);
                // A service that is not in the rates yet gets the target.
                var rate = Number(own, "servedRate") ?? Number(rates, "implicitServedRate") ?? goal.GetProperty("target").GetProperty("rate").GetDouble();
                var volume = volumes.GetProperty("items").EnumerateArray().FirstOrDefault(item =>
                    item.GetProperty("project").GetString() == service.Key && item.GetProperty("transaction").GetString() == operation);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {service.Key,-12}{operation,-24}rate {Percent(rate),8}   in 5 min: {Number(volume, "total") ?? 0,6:F0} traces, {Number(volume, "kept") ?? 0,6:F0} kept"));
            }
        }
    }

    private static double? Number(JsonElement item, string member) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(member, out var number) && number.ValueKind == JsonValueKind.Number ? number.GetDouble() : null;

    private static string Percent(double? share) =>
        share is { } known ? (known * 100).ToString(known < 0.1 ? "F2" : "F1", CultureInfo.InvariantCulture) + " %" : "-";

    private async Task<JsonElement> GetAsync(string path)
    {
        using var response = await client.GetAsync(new Uri(Organization + path, UriKind.Relative));
        if (response.StatusCode == HttpStatusCode.NotFound)
            return default;
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }
}
