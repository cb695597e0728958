using System.Text.Json;
using DynamicSampling.Tasks.Runs;

namespace DynamicSampling.Tests.Runs;

public sealed class WireNamesTests
{
    public static TheoryData<RunStatus> Statuses => new(Enum.GetValues<RunStatus>());

    [Theory]
    [MemberData(nameof(Statuses))]
    public void ToWireName_Status_IsItsNameInJsonAndParses(RunStatus status)
    {
        var name = status.ToWireName();

        Assert.Equal($"\"{name}\"", JsonSerializer.Serialize(status, TaskJsonContext.Default.RunStatus));
        Assert.Equal(JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString()), name);
        Assert.Equal(status, WireNames.ParseStatus(name));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("TimedOut")]
    [InlineData("Completed")]
    [InlineData("0")]
    public void ParseStatus_AnythingElse_IsNull(string? name) => Assert.Null(WireNames.ParseStatus(name));

    [Fact]
    public void ToWireName_NoStatus_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>("status", () => ((RunStatus)99).ToWireName());
}
