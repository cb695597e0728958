using System.Text.Json;
using DynamicSampling.Api.Ingest;
using DynamicSampling.IntegrationTests.Api;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Clients;

/// <summary>What the service has counted of a transaction.</summary>
internal sealed record CountedVolume(string Project, string Transaction, double Total, double Kept);

internal static class CountedVolumesExtensions
{
    /// <summary>What has been counted until now, by project and transaction, in the order of their names.</summary>
    public static async Task<IReadOnlyList<CountedVolume>> ReadCountedAsync(this ApiHost host, HttpClient client, string organization = "default", string window = "1h")
    {
        await host.Services.GetRequiredService<VolumeFlusher>().FlushAsync(CancellationToken.None);
        var page = await client.GetJsonAsync($"/api/organizations/{organization}/volumes?by=transaction&limit=1000&window={window}");
        Assert.Equal(JsonValueKind.Null, page.GetProperty("next").ValueKind);
        return
        [
            .. page.GetProperty("items").EnumerateArray()
                .Select(item => new CountedVolume(
                    item.GetProperty("project").GetString()!, item.GetProperty("transaction").GetString()!, item.GetProperty("total").GetDouble(),
                    item.GetProperty("kept").GetDouble()))
                .OrderBy(volume => volume.Project, StringComparer.Ordinal).ThenBy(volume => volume.Transaction, StringComparer.Ordinal),
        ];
    }
}
