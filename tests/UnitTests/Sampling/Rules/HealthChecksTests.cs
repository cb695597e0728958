using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Tests.Sampling.Rules;

public sealed class HealthChecksTests
{
    [Theory]
    [InlineData("GET /health", true)]
    [InlineData("/HEALTHZ", true)]
    [InlineData("/api/v1/healthy", true)]
    [InlineData("/live", true)]
    [InlineData("/Livez", true)]
    [InlineData("/ready", true)]
    [InlineData("//readyz", true)]
    [InlineData("run HealthCheck now", true)]
    [InlineData("/heartbeats/7", true)]
    [InlineData("/x/healthcheck/live/y", true)]
    [InlineData("", false)]
    [InlineData("/", false)]
    [InlineData("health", false)]
    [InlineData("/health/", false)]
    [InlineData("/health/x", false)]
    [InlineData("/healthzz", false)]
    [InlineData("/wealth", false)]
    [InlineData("/delivery", false)]
    [InlineData("/already", false)]
    [InlineData("/health check", false)]
    public void IsHealthCheck_Name_IsAsTheConditionSays(string transaction, bool expected)
    {
        Assert.Equal(expected, HealthChecks.IsHealthCheck(transaction));
        Assert.Equal(expected, HealthChecks.Condition.Matches(new TraceFields { Transaction = transaction }));
    }
}
