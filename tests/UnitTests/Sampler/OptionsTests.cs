using DynamicSampling.Sampler;

namespace DynamicSampling.Tests.Sampler;

public sealed class OptionsTests
{
    private static readonly Dictionary<string, Action<RemoteSamplerOptions>> Wrong = new(StringComparer.Ordinal)
    {
        ["Endpoint must be an absolute http or https address such as http://localhost:5000."] = options => options.Endpoint = new("/relative", UriKind.Relative),
        ["Endpoint must have neither query nor fragment; an organization goes into the path: /o/acme."] = options => options.Endpoint = new("http://sampling/?a=b"),
        ["Endpoint must have no user name; a key goes into ApiKey or DYNAMIC_SAMPLING_API_KEY."] = options => options.Endpoint = new("http://me:secret@sampling"),
        ["ApiKey must be visible ASCII characters without spaces."] = options => options.ApiKey = "two words",
        ["ServiceName must have 1 to 200 characters and no control characters."] = options => options.ServiceName = "",
        ["InitialSampleRate must be from 0 to 1."] = options => options.InitialSampleRate = double.NaN,
        ["PollInterval must be from 00:00:01 to 01:00:00, but is 00:00:00."] = options => options.PollInterval = TimeSpan.Zero,
        ["ReportInterval must be from 00:00:01 to 01:00:00, but is 1.00:00:00."] = options => options.ReportInterval = TimeSpan.FromDays(1),
        ["Timeout must be from 00:00:00.1000000 to 00:05:00, but is -00:00:01."] = options => options.Timeout = TimeSpan.FromSeconds(-1),
        ["CacheFile must be a path, or null for none."] = options => options.CacheFile = " ",
        ["MaxOperations must be from 1 to 5000."] = options => options.MaxOperations = 5001,
        ["TimeProvider must not be null."] = options => options.TimeProvider = null!,
    };

    public static TheoryData<string> Messages => new(Wrong.Keys);

    [Theory]
    [MemberData(nameof(Messages))]
    public void Sampler_WrongOption_IsRefusedWithAMessageThatHelps(string message)
    {
        var options = new RemoteSamplerOptions();
        Wrong[message](options);

        var exception = Assert.Throws<ArgumentException>(() => new RemoteSampler(options));

        Assert.StartsWith(message, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("two words", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_WithoutOptions_AreThoseOfTheEnvironment()
    {
        var settings = Settings.Of(new(), name => name switch
        {
            "DYNAMIC_SAMPLING_ENDPOINT" => "https://sampling.example/k/secret/o/acme/",
            "DYNAMIC_SAMPLING_API_KEY" => "key",
            _ => null,
        });

        Assert.Equal(("https://sampling.example/k/secret/o/acme", "https://sampling.example", "key"), (settings.Endpoint, settings.Host, settings.ApiKey));
        var byDefault = Settings.Of(new(), _ => "");
        Assert.Equal(("http://localhost:5000", null), (byDefault.Endpoint, byDefault.ApiKey));
    }

    [Fact]
    public void Settings_WrongEnvironment_NamesTheVariable() =>
        Assert.Contains("DYNAMIC_SAMPLING_ENDPOINT must be", Assert.Throws<ArgumentException>(() => Settings.Of(new(), _ => "nowhere")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("checkout", "service.name=other", "checkout")]
    [InlineData(null, "a=b, service.name=my%20shop,c=d", "my shop")]
    public void NameOfEnvironment_Variables_NameTheService(string? name, string attributes, string expected) =>
        Assert.Equal(expected, Settings.NameOfEnvironment(variable => variable == "OTEL_SERVICE_NAME" ? name : attributes));

    [Fact]
    public void NameOfEnvironment_WithoutVariables_IsTheProcess() => Assert.StartsWith("unknown_service:", Settings.NameOfEnvironment(_ => null), StringComparison.Ordinal);
}
