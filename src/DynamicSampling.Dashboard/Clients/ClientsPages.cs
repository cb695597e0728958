using DynamicSampling.Dashboard.Layout;
using DynamicSampling.Dashboard.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DynamicSampling.Dashboard.Clients;

/// <summary>The pages of those who ask for rates.</summary>
internal static class ClientsPages
{
    private const int PageSize = 50;

    public static void MapClientsPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/organizations/{org}/clients", ListAsync).WithMetadata(new DashboardEndpoint(DashboardAccess.Look));
        pages.MapGet("/organizations/{org}/clients/{service}", ListInstancesAsync).WithMetadata(new DashboardEndpoint(DashboardAccess.Look));
    }

    private static async Task<IResult> ListAsync(PathName org, HttpContext http, IClientsReader clients, CancellationToken cancellationToken)
    {
        var after = After(http);
        return PageResults.Show<ClientsPage, ClientsModel>(
            PageFrame.Of(http, Section.Clients, org.Value),
            new(await clients.ListAsync(org.Value, after, PageSize, cancellationToken), after, ServiceAddress.Of(http)));
    }

    private static async Task<IResult> ListInstancesAsync(
        PathName org, PathName service, HttpContext http, IClientsReader clients, CancellationToken cancellationToken)
    {
        var after = After(http);
        return PageResults.Show<InstancesPage, InstancesModel>(
            PageFrame.Of(http, Section.Clients, org.Value),
            new(await clients.ListInstancesAsync(org.Value, service.Value, after, PageSize, cancellationToken), after, ServiceAddress.Of(http)));
    }

    // No name has this character, and PostgreSQL cannot compare with it.
    private static string After(HttpContext http) =>
        (string?)http.Request.Query["after"] is { } after && !after.Contains('\0', StringComparison.Ordinal) ? after : "";
}

/// <summary>Who asks for rates.</summary>
/// <param name="Clients">A page of services.</param>
/// <param name="After">The last one of the page before; empty for the first page.</param>
/// <param name="Address">Where this service is.</param>
public sealed record ClientsModel(ClientsView Clients, string After, string Address);

/// <summary>The processes of a service.</summary>
/// <param name="Instances">A page of them.</param>
/// <param name="After">The last one of the page before; empty for the first page.</param>
/// <param name="Address">Where this service is.</param>
public sealed record InstancesModel(InstancesView Instances, string After, string Address);
