using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using AngleSharp.Html.Parser;
using DynamicSampling.IntegrationTests.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DynamicSampling.IntegrationTests.Dashboard;

/// <summary>What holds for every page. They are found as routing finds them, so a new one is in it.</summary>
public sealed partial class AllPagesTests
{
    private const int MaxBytesOfFirstVisit = 60_000;
    private const string CultureHeader = "X-Test-Culture";

    [Fact]
    public async Task Pages_All_HaveNoStyleAndNoScriptInline()
    {
        await using var host = await FilledHost.StartAsync();
        var wrong = new List<string>();
        foreach (var (path, page) in await ReadAllAsync(host))
        {
            var document = new HtmlParser().ParseDocument(page);
            wrong.AddRange(document.QuerySelectorAll("style, script:not([src]), [style], base, iframe, object, embed").Select(element => $"{path}: {element.OuterHtml}"));
            wrong.AddRange(document.All.SelectMany(element => element.Attributes)
                .Where(attribute => attribute.Name.StartsWith("on", StringComparison.OrdinalIgnoreCase)
                    || (attribute.Name is "href" or "src" or "action" && !attribute.Value.StartsWith('/') && !attribute.Value.StartsWith('?') && !attribute.Value.StartsWith('#')))
                .Select(attribute => $"{path}: {attribute.Name}=\"{attribute.Value}\""));
            // A form without the token of its page is refused, so one would never work.
            wrong.AddRange(document.QuerySelectorAll("form[method=post]").Where(form => form.QuerySelector("input[name=__RequestVerificationToken]") is null).Select(form => $"{path}: {form.OuterHtml}"));
            // What is called by a name that others choose is only ever text.
            Assert.Empty(document.QuerySelectorAll("b"));
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task Pages_All_AllowBrowsersNothingBeyondThem()
    {
        await using var host = await FilledHost.StartAsync();
        foreach (var pattern in DashboardPages.ListOf(host.Api))
        {
            using var response = await host.Client.GetAsync(host.Path(pattern));
            var policy = string.Join(' ', response.Headers.GetValues("Content-Security-Policy"));
            Assert.StartsWith("default-src 'none';", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.True(response.Headers.CacheControl!.NoStore);
        }
    }

    [Fact]
    public async Task Pages_OfAServiceThatHasJustStarted_LogNothingThatIsWrong()
    {
        using var logs = new RecordedLogs();
        await using var host = await FilledHost.StartAsync(builder => builder.ConfigureLogging(logging => logging.AddProvider(logs)));
        await ReadAllAsync(host);

        Assert.NotEmpty(logs.Lines);
        Assert.DoesNotContain(logs.Lines, line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Pages_FirstVisitOfEach_IsBelowSixtyKilobytesOverTheWire()
    {
        await using var host = await FilledHost.StartAsync();
        foreach (var pattern in DashboardPages.ListOf(host.Api))
        {
            var path = host.Path(pattern);
            var page = await GetCompressedAsync(host.Client, path);
            var bytes = page.Length;
            using var plain = await host.Client.GetAsync(path);
            var document = new HtmlParser().ParseDocument(await plain.Content.ReadAsStringAsync());
            foreach (var asset in document.QuerySelectorAll("link[href], script[src]").Select(element => element.GetAttribute("href") ?? element.GetAttribute("src")!))
                bytes += (await GetCompressedAsync(host.Client, asset)).Length;
            Assert.True(bytes is > 1000 and < MaxBytesOfFirstVisit, $"{path}: {bytes} bytes");
        }
    }

    /// <summary>
    /// The process has no data of cultures (InvariantGlobalization), so these are made: what sets numbers and dates of de-DE and of ar-SA apart from ours.
    /// </summary>
    [Fact]
    public async Task Pages_OtherCultures_AreTheSame()
    {
        await using var host = await FilledHost.StartAsync(builder => builder.ConfigureTestServices(services => services.AddSingleton<IStartupFilter, CultureOfRequest>()));
        var pages = await ReadAllAsync(host);
        Assert.NotEqual(Cultures[""].NumberFormat.NumberDecimalSeparator, Cultures["de-DE"].NumberFormat.NumberDecimalSeparator);
        foreach (var culture in Cultures.Keys)
        {
            foreach (var ((path, page), (_, other)) in pages.Zip(await ReadAllAsync(host, culture)))
                Assert.Equal($"{path}\n{WithoutTokens(page)}", $"{path}\n{WithoutTokens(other)}");
        }
    }

    [Fact]
    public async Task Pages_QueriesOfAnyKind_AreAnsweredOrRefused()
    {
        string[] values = ["", "x", "-1", "0", "1e400", "99999999999999999999", "NaN", "%00", "%ff", "'\"<script>", "2026-13-45", "%E2%80%AE", new('a', 5000)];
        await using var host = await FilledHost.StartAsync();
        var wrong = new List<string>();
        foreach (var (pattern, page) in await ReadAllAsync(host))
        {
            // Those of its forms and its links.
            var names = new HtmlParser().ParseDocument(page).QuerySelectorAll("main form[method=get] [name], main a[href*='?']")
                .SelectMany(element => element.GetAttribute("name") is { } name ? [name] : Names().Matches(element.GetAttribute("href")!).Select(match => match.Groups["name"].Value))
                .Append("unknown").Distinct(StringComparer.Ordinal);
            foreach (var query in names.SelectMany(name => values.Select(value => $"?{name}={value}")))
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, host.Path(pattern) + query);
                request.Headers.Accept.ParseAdd("text/html");
                using var response = await host.Client.SendAsync(request);
                var html = await response.Content.ReadAsStringAsync();
                if ((int)response.StatusCode >= 500 || html.Contains("<script>", StringComparison.Ordinal) || !html.Contains("<h1", StringComparison.Ordinal))
                    wrong.Add($"{response.StatusCode}: {pattern}{query[..Math.Min(query.Length, 60)]}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static readonly Dictionary<string, CultureInfo> Cultures = new(StringComparer.Ordinal)
    {
        [""] = CultureInfo.InvariantCulture,
        ["de-DE"] = Culture(culture =>
        {
            culture.NumberFormat.NumberDecimalSeparator = culture.NumberFormat.PercentDecimalSeparator = ",";
            culture.NumberFormat.NumberGroupSeparator = culture.NumberFormat.PercentGroupSeparator = ".";
            culture.DateTimeFormat.DateSeparator = ".";
            culture.DateTimeFormat.ShortDatePattern = "dd.MM.yyyy";
        }),
        ["ar-SA"] = Culture(culture =>
        {
            culture.NumberFormat.NumberDecimalSeparator = culture.NumberFormat.PercentDecimalSeparator = "\u066b";
            culture.NumberFormat.NumberGroupSeparator = culture.NumberFormat.PercentGroupSeparator = "\u066c";
            culture.NumberFormat.NegativeSign = "\u061c-";
            culture.NumberFormat.PercentSymbol = "\u066a\u061c";
            culture.NumberFormat.NaNSymbol = "\u0644\u064a\u0633";
            culture.DateTimeFormat.TimeSeparator = ".";
            culture.DateTimeFormat.ShortDatePattern = "d\u200f/M\u200f/yyyy";
            culture.DateTimeFormat.AMDesignator = "\u0635";
        }),
    };

    private static CultureInfo Culture(Action<CultureInfo> change)
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        change(culture);
        return culture;
    }

    private static async Task<IReadOnlyList<(string Path, string Html)>> ReadAllAsync(FilledHost host, string culture = "")
    {
        var pages = new List<(string, string)>();
        foreach (var pattern in DashboardPages.ListOf(host.Api))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, host.Path(pattern));
            request.Headers.Add(CultureHeader, culture);
            using var response = await host.Client.SendAsync(request);
            Assert.True(response.StatusCode == HttpStatusCode.OK, $"{pattern}: {response.StatusCode}");
            pages.Add((pattern, await response.Content.ReadAsStringAsync()));
        }

        Assert.NotEmpty(pages);
        return pages;
    }

    private static async Task<byte[]> GetCompressedAsync(HttpClient client, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.AcceptEncoding.ParseAdd("gzip, deflate, br, zstd");
        using var response = await client.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {response.StatusCode}");
        Assert.Equal("br", Assert.Single(response.Content.Headers.ContentEncoding));
        return await response.Content.ReadAsByteArrayAsync();
    }

    private static string WithoutTokens(string html) => Token().Replace(html, "");

    [GeneratedRegex("(?<=name=\"__RequestVerificationToken\" value=\")[^\"]*", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Token();

    [GeneratedRegex("[?&](?<name>[^=&#]+)=", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Names();

    private sealed class CultureOfRequest : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, then) =>
            {
                CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = Cultures[context.Request.Headers[CultureHeader].ToString()];
                return then(context);
            });
            next(app);
        };
    }
}
