using AngleSharp.Dom;

namespace DynamicSampling.Tests;

/// <summary>Reads pages as people do.</summary>
internal static class ReadText
{
    /// <summary>What somebody reads: cells, items and paragraphs apart, and without the white space that browsers fold.</summary>
    public static string Read(this INode node) => string.Join(' ', Text(node).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string Text(INode node) => node switch
    {
        IText text => text.Data,
        IElement { LocalName: "td" or "th" or "tr" or "li" or "p" or "dt" or "dd" or "div" or "h1" or "h2" or "h3" or "option" or "text" or "summary" } => $" {Inner(node)} ",
        _ => Inner(node),
    };

    private static string Inner(INode node) => string.Concat(node.ChildNodes.Select(Text));
}
