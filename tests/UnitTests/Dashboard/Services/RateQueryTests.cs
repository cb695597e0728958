using DynamicSampling.Dashboard.Services;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace DynamicSampling.Tests.Dashboard.Services;

public sealed class RateQueryTests
{
    [Theory]
    [InlineData("")]
    [InlineData("?by=transaction&q=GET%20%2Fa%26b&volumes=rates&sort=service&page=3")]
    [InlineData("?sort=-before")]
    [InlineData("?sort=total&page=2")]
    public void ToString_OfAnAddress_IsThatAddress(string address) => Assert.Equal(address, Of(address).ToString());

    [Theory]
    [InlineData("?by=")]
    [InlineData("?by=project&q=&volumes=hour&sort=-total&page=1")]
    [InlineData("?sort=nonsense&page=x&volumes=never")]
    [InlineData("?sort=3&page=-1")]
    [InlineData("?sort=-&page=0")]
    [InlineData("?sort=total,kept&page=99999999999999999999")]
    public void Of_WhatMakesNoSense_IsAsIfItWereNotThere(string address) => Assert.Equal(new RateQuery(), Of(address));

    [Fact]
    public void By_Column_StartsWithTheLargestAndTurnsRound()
    {
        var query = new RateQuery { Page = 4 };

        Assert.Equal("?sort=-rate", query.By(RateColumn.Rate).ToString());
        Assert.Equal("?sort=rate", query.By(RateColumn.Rate).By(RateColumn.Rate).ToString());
        Assert.Equal("?sort=service", query.By(RateColumn.Service).ToString());
        Assert.Equal("?sort=total", query.By(RateColumn.Total).ToString());
    }

    private static RateQuery Of(string address) => RateQuery.Of(new QueryCollection(QueryHelpers.ParseQuery(address)));
}
