using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using DynamicSampling.Dashboard.Layout;
using DynamicSampling.Dashboard.Routing;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.Tests.Dashboard;

/// <summary>Renders components as the service does, and reads them as a browser does.</summary>
internal static class Rendered
{
    public static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    public static PageFrame Frame(Section section = Section.None, string? organization = null, bool mayChange = true) =>
        new(new Links(""), new Viewer(Name: null, mayChange, SeesAll: true), section, organization, Now);

    /// <summary>A page.</summary>
    public static Task<IHtmlDocument> PageAsync<TPage, TModel>(TModel model, PageFrame? frame = null)
        where TPage : Page<TModel> => ComponentAsync<TPage>(("Frame", frame ?? Frame()), ("Model", model));

    /// <summary>A component with its parameters.</summary>
    public static async Task<IHtmlDocument> ComponentAsync<TComponent>(params (string Name, object? Value)[] parameters)
        where TComponent : IComponent => new HtmlParser().ParseDocument(await TextAsync<TComponent>(parameters));

    /// <summary>The same as it is written.</summary>
    public static async Task<string> TextAsync<TComponent>(params (string Name, object? Value)[] parameters)
        where TComponent : IComponent
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<AntiforgeryStateProvider, Tokens>();
        await using var provider = services.BuildServiceProvider();
        return await Fragments.RenderAsync<TComponent>(
            provider, parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Value, StringComparer.Ordinal));
    }

    private sealed class Tokens : AntiforgeryStateProvider
    {
        public override AntiforgeryRequestToken GetAntiforgeryToken() => new("token", "__RequestVerificationToken");
    }
}
