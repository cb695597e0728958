using Microsoft.AspNetCore.Http;

namespace DynamicSampling.Dashboard.Routing;

/// <summary>Where this service is, as whoever asks has found it.</summary>
internal static class ServiceAddress
{
    /// <summary>Without a slash at the end: http://localhost:5000.</summary>
    public static string Of(HttpContext http) => $"{http.Request.Scheme}://{http.Request.Host.ToUriComponent()}{http.Request.PathBase.ToUriComponent()}";
}
