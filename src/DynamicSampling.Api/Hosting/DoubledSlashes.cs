namespace DynamicSampling.Api.Hosting;

/// <summary>Makes <c>//sampling</c> of clients that append to an address with a slash at its end the path that they mean. Before routing.</summary>
internal sealed class DoubledSlashes(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value;
        if (path is not null && path.Contains("//", StringComparison.Ordinal))
            context.Request.Path = Join(path);
        return next(context);
    }

    private static string Join(string path)
    {
        var joined = string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries));
        return "/" + joined;
    }
}
