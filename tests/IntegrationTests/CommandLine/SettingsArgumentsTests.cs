using System.CommandLine;
using DynamicSampling.Api.CommandLine;

namespace DynamicSampling.IntegrationTests.CommandLine;

public class SettingsArgumentsTests
{
    [Theory]
    [InlineData("--urls http://localhost:5080", "--urls http://localhost:5080", "")]
    [InlineData("--Sampling:DefaultTargetSampleRate=0.2", "--Sampling:DefaultTargetSampleRate=0.2", "")]
    [InlineData("/Sampling:DefaultTargetSampleRate=0.2", "/Sampling:DefaultTargetSampleRate=0.2", "")]
    [InlineData("/Sampling:DefaultTargetSampleRate 0.2 plain", "/Sampling:DefaultTargetSampleRate 0.2", "plain")]
    [InlineData("Sampling:DefaultTargetSampleRate=0.2", "Sampling:DefaultTargetSampleRate=0.2", "")]
    [InlineData("plain --Storage:Provider postgres", "--Storage:Provider postgres", "plain")]
    [InlineData("--Storage:Provider postgres plain", "--Storage:Provider postgres", "plain")]
    [InlineData("--Storage:Provider plain", "--Storage:Provider plain", "")]
    [InlineData("file /etc/x.json --a b", "--a b", "file /etc/x.json")]
    [InlineData("file /etc/a=b.json", "", "file /etc/a=b.json")]
    [InlineData("file ./a=b.json --a=/b", "--a=/b", "file ./a=b.json")]
    [InlineData("file --flag /x", "", "file --flag /x")]
    [InlineData("file --a --flag", "--a --flag", "file")]
    [InlineData("file --flag=true x", "", "file --flag=true x")]
    [InlineData("file --flags=true x", "", "file --flags=true x")]
    [InlineData("file --falg x", "", "file --falg x")]
    [InlineData("file --flag:x=1", "", "file --flag:x=1")]
    [InlineData("file --Flags:x=1", "--Flags:x=1", "file")]
    [InlineData("file -", "", "file -")]
    [InlineData("--a", "", "--a")]
    [InlineData("-a b", "", "-a b")]
    [InlineData("-a=b", "", "-a=b")]
    [InlineData("mistyped", "", "mistyped")]
    [InlineData("", "", "")]
    public void Split_ByTheRulesOfTheConfiguration_TakesSettingsAndNothingElse(string arguments, string settings, string others)
    {
        var root = new Command("root")
        {
            new Command("plain"),
            new Command("file") { new Argument<string>("file"), new Option<bool>("--flag") },
        };

        var split = SettingsArguments.Split(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), root);

        Assert.Equal((settings, others), (string.Join(' ', split.Settings), string.Join(' ', split.Others)));
    }
}
