using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DynamicSampling.Dashboard.Layout;

/// <summary>A page. Everything that it shows is there before it is rendered, so rendering asks for nothing.</summary>
/// <typeparam name="TModel">What it shows.</typeparam>
public abstract class Page<TModel> : ComponentBase
{
    [Parameter, EditorRequired]
    public PageFrame Frame { get; set; } = null!;

    [Parameter, EditorRequired]
    public TModel Model { get; set; } = default!;

    protected Routing.Links Links => Frame.Links;
}

/// <summary>Answers with pages.</summary>
internal static class PageResults
{
    /// <summary>A page, as a whole: a browser that gets a part of it does not know what is missing.</summary>
    public static RazorComponentResult<TPage> Show<TPage, TModel>(PageFrame frame, TModel model, int status = StatusCodes.Status200OK)
        where TPage : Page<TModel>
    {
        var parameters = new Dictionary<string, object?>(StringComparer.Ordinal) { ["Frame"] = frame, ["Model"] = model };
        return new(parameters) { StatusCode = status, PreventStreamingRendering = true };
    }
}
