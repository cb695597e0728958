using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tests.Sampling;

public sealed class OrganizationShardTests
{
    [Theory]
    [InlineData(-1, 16)]
    [InlineData(16, 16)]
    [InlineData(0, 0)]
    [InlineData(0, 1025)]
    public void New_NoSuchShard_Throws(int number, int count) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new OrganizationShard(number, count));

    [Fact]
    public void All_OfACount_HasEachOnce() =>
        Assert.Equal(["0/3", "1/3", "2/3"], OrganizationShard.All(3).Select(shard => shard.ToString()));

    [Fact]
    public void TryParse_WhatToStringWrites_IsTheSame()
    {
        Assert.True(OrganizationShard.TryParse("3/16", out var shard));
        Assert.Equal(new OrganizationShard(3, 16), shard);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("rebalance_orgs")]
    [InlineData("3")]
    [InlineData("3/")]
    [InlineData("/16")]
    [InlineData("-1/16")]
    [InlineData("16/16")]
    [InlineData("0/0")]
    [InlineData("0/1025")]
    [InlineData("3/16/2")]
    [InlineData(" 3/16")]
    public void TryParse_AnythingElse_IsFalse(string? text)
    {
        Assert.False(OrganizationShard.TryParse(text, out var shard));
        Assert.Null(shard);
    }
}
