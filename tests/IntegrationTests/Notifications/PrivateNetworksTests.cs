using System.Net;
using DynamicSampling.Api.Notifications;

namespace DynamicSampling.IntegrationTests.Notifications;

/// <summary>Where announcements do not go by themselves.</summary>
public class PrivateNetworksTests
{
    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("100.64.0.1")]
    [InlineData("100.127.255.255")]
    [InlineData("127.0.0.1")]
    [InlineData("127.8.9.10")]
    [InlineData("169.254.169.254")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("198.18.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::10.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("64:ff9b::a00:1")]
    [InlineData("64:ff9b:1::c0a8:101")]
    [InlineData("2002:a00:1::1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2001:0:4136:e378:8000:63bf:3fff:fdd2")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    public void Contain_AddressThatMeansSomethingInsideOnly_IsSo(string address) => Assert.True(PrivateNetworks.Contain(IPAddress.Parse(address)));

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("11.0.0.1")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.1")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.1")]
    [InlineData("192.167.1.1")]
    [InlineData("223.255.255.255")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("::ffff:1.1.1.1")]
    [InlineData("64:ff9b::101:101")]
    [InlineData("2002:101:101::1")]
    public void Contain_AddressOfTheInternet_IsNot(string address) => Assert.False(PrivateNetworks.Contain(IPAddress.Parse(address)));

    [Theory]
    [InlineData(null, "https://hooks.example/x", "hooks.example", true)]
    [InlineData(null, "https://hooks.example/x", "HOOKS.example", true)]
    [InlineData(null, "https://hooks.example/x", "example", false)]
    [InlineData("a.example;b.example", "https://a.example/", "b.example", true)]
    [InlineData("a.example", "https://hooks.example/x", "hooks.example", false)]
    [InlineData("*.example", "https://a.example/", "b.a.example", true)]
    [InlineData("*.example", "https://a.example/", "example", false)]
    [InlineData("*.example", "https://a.example/", "badexample", false)]
    public void Allow_Host_IsOneThatIsNamed(string? allowed, string url, string host, bool isAllowed) =>
        Assert.Equal(isAllowed, WebhookHosts.Allow(new() { AllowedHosts = allowed, WebhookUrl = new(url) }, host));
}
