using Microsoft.AspNetCore.Http;

namespace DynamicSampling.Dashboard.Layout;

/// <summary>Whoever looks at a page.</summary>
/// <param name="Name">What he is called; null when nobody is asked who he is.</param>
/// <param name="MayChange">Whether he may run tasks and change settings.</param>
/// <param name="SeesAll">Whether he may see all organizations.</param>
public sealed record Viewer(string? Name, bool MayChange, bool SeesAll)
{
    /// <summary>Whether requests need a key.</summary>
    public bool NeedsKey => Name is not null;
}

/// <summary>Tells who looks at a page.</summary>
public interface IViewers
{
    /// <summary>Whoever sends a request that has been let in.</summary>
    Viewer Find(HttpContext http);
}
