using System.Net.Http.Headers;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace DynamicSampling.IntegrationTests.Dashboard;

/// <summary>Uses pages as browsers without scripts do: looks at them, and sends their forms as they are.</summary>
internal static class Forms
{
    public static async Task<IHtmlDocument> LookAsync(this HttpClient client, string path)
    {
        using var response = await client.GetAsHtmlAsync(path);
        return await response.ReadPageAsync();
    }

    public static Task<HttpResponseMessage> GetAsHtmlAsync(this HttpClient client, string path) => SendAsync(client, HttpMethod.Get, path, content: null);

    /// <summary>Sends a form with all its fields, some of them filled in.</summary>
    public static Task<HttpResponseMessage> SubmitAsync(this HttpClient client, IElement? form, params (string Name, string Value)[] fields)
    {
        Assert.NotNull(form);
        var values = form.QuerySelectorAll("input[name]").ToDictionary(input => input.GetAttribute("name")!, input => input.GetAttribute("value") ?? "", StringComparer.Ordinal);
        foreach (var (name, value) in fields)
            values[name] = value;
        return SendAsync(client, HttpMethod.Post, form.GetAttribute("action")!, new FormUrlEncodedContent(values));
    }

    /// <summary>Sends fields without the token that a form has.</summary>
    public static Task<HttpResponseMessage> PostWithoutTokenAsync(this HttpClient client, string path) =>
        SendAsync(client, HttpMethod.Post, path, new FormUrlEncodedContent([new("organization", "acme")]));

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, string path, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        return await client.SendAsync(request);
    }
}
