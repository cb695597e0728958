namespace ShopNet;

/// <summary>Requests from outside that come again and again.</summary>
/// <param name="Service">Which service is asked.</param>
/// <param name="Method">The method.</param>
/// <param name="Route">The route; its parameter is another number each time.</param>
/// <param name="PerSecond">How many come a second.</param>
internal sealed record Visitor(string Service, string Method, string Route, double PerSecond)
{
    // What the services ask each other belongs to the traces of these.
    public static readonly IReadOnlyList<Visitor> All =
    [
        new(Storefront.Name, "GET", "/", 120),
        new(Storefront.Name, "GET", "/products/{id:int}", 50),
        new(Storefront.Name, "POST", "/orders", 1),
        new(Stock.Name, "PUT", "/items/{id:int}", 12),
        new(Stock.Name, "GET", "/report", 0.2),
    ];

    /// <summary>The name under which these requests are counted.</summary>
    public string Operation => $"{Method} {Route}";

    /// <summary>Sends requests until it is told to stop.</summary>
    public async Task SendAsync(HttpClient client, Uri service, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            // The time between them is random, as it is with people.
            await Task.Delay(TimeSpan.FromSeconds(-Math.Log(1 - Random.Shared.NextDouble()) / PerSecond), TimeProvider.System, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!cancellationToken.IsCancellationRequested)
                await SendOnceAsync(client, service, cancellationToken);
        }
    }

    private async Task SendOnceAsync(HttpClient client, Uri service, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Parse(Method), new Uri(service, Route.Replace("{id:int}", $"{Random.Shared.Next(1000)}", StringComparison.Ordinal)));
        try
        {
            using var response = await client.SendAsync(request, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            // The service is stopping, or not there yet.
        }
    }
}
