using Microsoft.AspNetCore.Http;

namespace DynamicSampling.Dashboard.Forms;

/// <summary>The answer to a form that was carried out: a page to look at, so that loading it again does nothing twice.</summary>
internal sealed class SeeOther : IResult
{
    private readonly string _location;

    private SeeOther(string location) => _location = location;

    /// <summary>303 to a path of this service.</summary>
    public static SeeOther To(string location) => new(location);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers.Location = _location;
        return Task.CompletedTask;
    }
}
