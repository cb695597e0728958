using DynamicSampling.Dashboard.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace DynamicSampling.Dashboard.Assets;

/// <summary>Styles, scripts and pictures.</summary>
internal static class AssetsEndpoints
{
    private const string ForGood = "public, max-age=31536000, immutable";

    public static void MapAssets(this IEndpointRouteBuilder app) =>
        app.MapGet("/assets/{file}", Get).WithMetadata(new DashboardEndpoint(DashboardAccess.Everybody));

    private static IResult Get(string file, HttpContext http)
    {
        if (Asset.All.FirstOrDefault(asset => string.Equals(asset.FileName, file, StringComparison.Ordinal)) is not { } found)
            return TypedResults.NotFound();
        var headers = http.Response.Headers;
        headers.CacheControl = ForGood;
        headers.Vary = HeaderNames.AcceptEncoding;
        headers.XContentTypeOptions = "nosniff";
        if (!TakesBrotli(http.Request))
            return TypedResults.Bytes(found.Content, found.MediaType);
        headers.ContentEncoding = "br";
        return TypedResults.Bytes(found.Brotli, found.MediaType);
    }

    private static bool TakesBrotli(HttpRequest request) =>
        request.GetTypedHeaders().AcceptEncoding.Any(encoding => encoding.Value.Equals("br", StringComparison.OrdinalIgnoreCase) && encoding.Quality is not 0);
}
