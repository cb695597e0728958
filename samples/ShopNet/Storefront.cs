namespace ShopNet;

/// <summary>What customers see. It asks the stock about what they look at.</summary>
internal static class Storefront
{
    public const string Name = "storefront";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/", () => "Welcome!");
        app.MapGet("/products/{id:int}", async (int id, IHttpClientFactory clients, IConfiguration configuration) =>
        {
            using var client = clients.CreateClient();
            return configuration["Stock"] is { } stock ? await client.GetStringAsync(new Uri($"{stock}/items/{id}")) : "unknown";
        });
        app.MapPost("/orders", () => "Thank you!");
    }
}
