using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.Tests;

namespace DynamicSampling.IntegrationTests.Dashboard;

/// <summary>Reads pages, fills in forms and sends them as a browser does.</summary>
internal static class PageRequests
{
    /// <summary>A browser on a socket: the server in memory does not know what a path was before it was decoded.</summary>
    public static HttpClient Browse(this ApiHost host)
    {
        using var client = host.Listen();
        return new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = client.BaseAddress };
    }

    public static async Task<IHtmlDocument> GetPageAsync(this HttpClient client, string path, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Accept", "text/html");
        using var response = await client.SendAsync(request);
        return await response.ReadPageAsync(status);
    }

    public static async Task<IHtmlDocument> ReadPageAsync(this HttpResponseMessage response, HttpStatusCode status = HttpStatusCode.OK)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"Expected {(int)status}, but got {(int)response.StatusCode}: {text}");
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        return new HtmlParser().ParseDocument(text);
    }

    /// <summary>Sends a form of a page.</summary>
    /// <param name="client">The browser.</param>
    /// <param name="page">The page.</param>
    /// <param name="form">A selector of the form.</param>
    /// <param name="action">The value of the button; null for one without.</param>
    /// <param name="changes">What is typed; null for a field that is not sent.</param>
    public static async Task<HttpResponseMessage> SendFormAsync(
        this HttpClient client, IHtmlDocument page, string form, string? action, params (string Name, string? Value)[] changes)
    {
        var element = (IHtmlFormElement)page.QuerySelector(form)!;
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var field in element.Elements)
        {
            if (ValueOf(field) is { } value)
                fields[field.GetAttribute("name")!] = value;
        }

        if (action is not null)
            fields["action"] = action;
        foreach (var (name, value) in changes)
        {
            if (value is null)
                fields.Remove(name);
            else
                fields[name] = value;
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, element.GetAttribute("action")) { Content = new FormUrlEncodedContent(fields) };
        request.Headers.Add("Accept", "text/html");
        return await client.SendAsync(request);
    }

    /// <summary>Where a form that was carried out leads.</summary>
    public static string SeeOther(this HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        return response.Headers.Location!.OriginalString;
    }

    /// <summary>What is said at a field.</summary>
    public static string? ProblemAt(this IHtmlDocument page, string field) =>
        page.QuerySelector($"[name='{field}']")!.ParentElement!.QuerySelector(".problem")?.Read();

    private static string? ValueOf(IElement field) => field switch
    {
        { } named when string.IsNullOrEmpty(named.GetAttribute("name")) => null,
        IHtmlInputElement { Type: "checkbox" or "radio", IsChecked: false } => null,
        IHtmlInputElement input => input.Value,
        IHtmlSelectElement select => select.Value,
        IHtmlTextAreaElement area => area.Value,
        _ => null,
    };
}
