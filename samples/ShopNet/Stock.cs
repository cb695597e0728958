namespace ShopNet;

/// <summary>What there is of each product. The storefront asks, and so do those who fill the shelves.</summary>
internal static class Stock
{
    public const string Name = "stock";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/items/{id:int}", (int id) => $"{id % 7} left");
        app.MapPut("/items/{id:int}", (int id) => Results.NoContent());
        app.MapGet("/report", () => "All is well.");
    }
}
