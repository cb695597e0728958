using DynamicSampling.Api.Storage;
using DynamicSampling.IntegrationTests.Api;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Storage;

public class UnusedNamesTests
{
    [Fact]
    public async Task Delete_MoreThanARoundLooksAt_GoesOnInTheNextAndThenBeginsAgain()
    {
        // Without the rounds of the service itself.
        await using var host = new ApiHost(builder => builder.ConfigureTestServices(services =>
            services.Remove(services.Single(service => service.ImplementationType == typeof(Retention)))));
        using var client = await host.WithVolumesAsync("acme", ("p", 10));
        host.Sql(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150000)
            INSERT INTO transactions (project_id, name) SELECT p.id, 'name ' || i FROM n, projects p
            """);
        var names = host.Services.GetRequiredService<UnusedNames>();
        var first = await names.DeleteAsync(CancellationToken.None);
        // It has an id that comes before those that were looked at last.
        var asGiven = host.Storage == TestStorage.Postgres ? "OVERRIDING SYSTEM VALUE" : "";
        host.Sql($"INSERT INTO transactions (id, project_id, name) {asGiven} SELECT 2, p.id, 'unused since' FROM projects p");
        var second = await names.DeleteAsync(CancellationToken.None);
        var third = await names.DeleteAsync(CancellationToken.None);

        // The one with volumes is the first that is looked at.
        Assert.Equal((99_999, 50_001, 1), (first, second, third));
        Assert.Equal(1, host.Count("transactions WHERE name = 'GET /'"));
        Assert.Equal(1, host.Count("transactions"));
    }
}
