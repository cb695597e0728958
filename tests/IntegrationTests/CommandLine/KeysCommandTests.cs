using DynamicSampling.Api.Authentication;

namespace DynamicSampling.IntegrationTests.CommandLine;

public sealed class KeysCommandTests : IDisposable
{
    private readonly Cli _cli = new();

    [Fact]
    public async Task Create_ForAScope_ShowsTheKeyAloneAndOnce()
    {
        var result = await _cli.RunAsync("keys", "create", "checkout's collector", "--scope", "ingest", "sample", "--organization", "acme", "--expires", "90d");
        var key = Assert.Single(result.Lines);
        var list = await _cli.RunAsync("keys", "list");

        Assert.Equal(0, result.Code);
        Assert.Matches("^ds_[0-9a-z]{10}_[A-Za-z0-9_-]{43}$", key);
        Assert.Contains("for ingest sample, of acme, until 2027-02-20. It is shown this once", result.Error, StringComparison.Ordinal);
        var id = key.Split('_')[1];
        Assert.Equal([$"{id}  active              checkout's collector: ingest sample, of acme, until 2027-02-20; made 2026-11-22"], list.Lines);
        Assert.DoesNotContain(key, string.Concat(_cli.Contents()), StringComparison.Ordinal);
        Assert.Null(ApiKey.Check(key));
    }

    [Fact]
    public async Task Create_SeveralTimes_MakesDifferentKeys()
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 5; i++)
            keys.Add((await _cli.RunAsync("keys", "create", "same", "--scope=read,operate")).Lines.Single());

        Assert.Equal(5, keys.Count);
        Assert.All((await _cli.RunAsync("keys", "list")).Lines, line => Assert.Contains("same: read operate, of all organizations", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Revoke_ByItsId_RevokesItOnce()
    {
        var key = (await _cli.RunAsync("keys", "create", "ci", "--scope", "admin")).Lines.Single();
        var id = key.Split('_')[1];
        var revoked = await _cli.RunAsync("keys", "revoke", id);
        var again = await _cli.RunAsync("keys", "revoke", id);
        var list = await _cli.RunAsync("keys", "list");

        Assert.Equal((0, $"Key {id} is revoked; running services know within a second."), (revoked.Code, revoked.Lines.Single()));
        Assert.Equal(1, again.Code);
        Assert.Contains("There is no such key, or it has been revoked before", again.Error, StringComparison.Ordinal);
        Assert.Contains("revoked 2026-11-22", list.Lines.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_AfterItsEnd_SaysExpired()
    {
        await _cli.RunAsync("keys", "create", "ci", "--scope", "read", "--expires", "2026-11-23");
        _cli.Clock.Advance(TimeSpan.FromDays(1));

        Assert.Contains("  expired  ", (await _cli.RunAsync("keys", "list")).Lines.Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--scope must be one of ingest, sample, read, operate, admin, but is 'write'.", "create", "a", "--scope", "write")]
    [InlineData("--expires must be a date in the future such as 2027-06-30, or a number of days such as 90d, but is 'soon'.", "create", "a", "--scope", "read", "--expires", "soon")]
    [InlineData("--expires must be a date in the future such as 2027-06-30, or a number of days such as 90d, but is '2020-01-01'.", "create", "a", "--scope", "read", "--expires", "2020-01-01")]
    [InlineData("--organization must not be '.' or '..'", "create", "a", "--scope", "read", "--organization", "..")]
    public async Task Create_WithWhatIsNotRight_SaysSoAndMakesNone(string said, params string[] arguments)
    {
        var result = await _cli.RunAsync(["keys", .. arguments]);

        Assert.Equal((1, ""), (result.Code, result.Output));
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
        Assert.Empty((await _cli.RunAsync("keys", "list")).Lines);
    }

    [Fact]
    public async Task Create_WithoutAScope_IsMisunderstood()
    {
        var result = await _cli.RunAsync("keys", "create", "a");

        Assert.Equal(2, result.Code);
        Assert.Contains("--scope", result.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _cli.Dispose();
}
