namespace DynamicSampling.Api.Hosting;

/// <summary>Makes <c>//sampling</c> of clients that append to an address with a slash at its end the path that they mean. Before routing.</summary>
internal sealed class DoubledSlashes(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value;
        if (path is not null && path.Contains("//", StringComparison.Ordinal))
            context.Request.Path = new(Join(path));
        return next(context);
    }

    // The path is decoded already: taken for one that is not, %2500 would be a NUL.
    private static string Join(string path)
    {
        var joined = string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries));
        return "/" + joined;
    }
}
