using System.Text.Json;
using DynamicSampling.Dashboard.Text;

namespace DynamicSampling.Tests.Dashboard.Text;

public sealed class ShellCommandsTests
{
    private const string Address = "http://localhost:5000";

    [Theory]
    [InlineData(null)]
    [InlineData("default")]
    public void Commands_DefaultOrganization_DoNotNameIt(string? organization)
    {
        var commands = new ShellCommands(Address, organization, NeedsKey: false);

        Assert.Equal("export OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:5000\nexport OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", commands.Environment.ReplaceLineEndings("\n"));
        Assert.Equal("http://localhost:5000/sampling", commands.Sampling);
        Assert.Equal("curl http://localhost:5000/api/tasks/rebalance_orgs -H 'Content-Type: application/json' -d '{}'", commands.Run);
        Assert.All(Body(commands.PostVolumes).EnumerateArray(), item => Assert.False(item.TryGetProperty("organization", out _)));
    }

    [Theory]
    [InlineData("acme")]
    [InlineData("it's a/b%2F \"<script>$(id)`id`\\")]
    public void Commands_AnyName_StaysWithinItsQuotes(string organization)
    {
        var commands = new ShellCommands(Address, organization, NeedsKey: false);

        Assert.All(Body(commands.PostVolumes).EnumerateArray(), item => Assert.Equal(organization, item.GetProperty("organization").GetString()));
        Assert.Equal(organization, Body(commands.Run).GetProperty("organization").GetString());
        var volume = Assert.Single(Body(commands.PostVolume(organization, organization, 1000)).EnumerateArray());
        Assert.All(["organization", "project", "transaction"], member => Assert.Equal(organization, volume.GetProperty(member).GetString()));
        Assert.Equal(1000, volume.GetProperty("total").GetInt32());
        Assert.EndsWith($" --organization '{organization.Replace("'", "'\\''", StringComparison.Ordinal)}'", commands.CreateKey, StringComparison.Ordinal);
        Assert.Matches(@"^http://localhost:5000/o/[\w%.~-]+$", commands.Services);
        Assert.Equal(organization, Uri.UnescapeDataString(commands.Services[(commands.Services.LastIndexOf('/') + 1)..]));
    }

    [Fact]
    public void Commands_ServiceWithKeys_HaveAPlaceForOne()
    {
        var commands = new ShellCommands(Address, "acme", NeedsKey: true);

        Assert.Equal("http://localhost:5000/k/KEY/o/acme/sampling", commands.Sampling);
        Assert.StartsWith("curl -H 'Authorization: Bearer KEY' http://localhost:5000/api/", commands.PostVolumes, StringComparison.Ordinal);
    }

    // What is between the last two quotes, of which there must be no more than those of the command itself.
    private static JsonElement Body(string command)
    {
        var parts = command.Split('\'');
        Assert.Equal(5, parts.Length);
        return JsonDocument.Parse(parts[3]).RootElement;
    }
}
