using DynamicSampling.Dashboard.Charts;
using DynamicSampling.Dashboard.Layout;
using DynamicSampling.Dashboard.Routing;
using DynamicSampling.Tasks.Sampling;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DynamicSampling.Dashboard.Services;

/// <summary>The pages of services, their transactions and their rates.</summary>
internal static class ServicesPages
{
    public static void MapServicesPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/organizations/{org}/services", ListAsync).WithMetadata(new DashboardEndpoint(DashboardAccess.Look));
        pages.MapGet("/organizations/{org}/services/{project}", ShowAsync).WithMetadata(new DashboardEndpoint(DashboardAccess.Look));
    }

    private static async Task<IResult> ListAsync(PathName org, HttpContext http, IServicesReader services, CancellationToken cancellationToken)
    {
        var query = RateQuery.Of(http.Request.Query);
        var table = query.ByTransaction
            ? await services.ListTransactionsAsync(org.Value, project: null, query.Window, cancellationToken)
            : await services.ListProjectsAsync(org.Value, query.Window, cancellationToken);
        return PageResults.Show<ServicesPage, ServicesModel>(
            PageFrame.Of(http, Section.Services, org.Value), new(table, query, RateList.Select(table, query), ServiceAddress.Of(http)));
    }

    private static async Task<IResult> ShowAsync(PathName org, PathName project, HttpContext http, IServicesReader services, CancellationToken cancellationToken)
    {
        var query = RateQuery.Of(http.Request.Query) with { ByTransaction = true };
        var window = HistoryWindows.Parse(http.Request.Query["window"]) ?? HistoryWindow.Day;
        var service = await services.ReadProjectAsync(new ProjectKey(org.Value, project.Value), window, cancellationToken);
        var table = await services.ListTransactionsAsync(org.Value, project.Value, query.Window, cancellationToken);
        var frame = PageFrame.Of(http, Section.Services, org.Value);
        var question = TraceQuestion.Of(http.Request.Query);
        return PageResults.Show<ServicePage, ServiceModel>(
            frame, new(service, table, query, RateList.Select(table, query), question, question.Answer(service.Rules, frame.Now), ServiceAddress.Of(http)));
    }
}

/// <summary>The services of an organization.</summary>
/// <param name="Table">All of them.</param>
/// <param name="Query">What was asked for.</param>
/// <param name="Page">The part of it that is shown.</param>
/// <param name="Address">Where this service is.</param>
public sealed record ServicesModel(RateTable Table, RateQuery Query, RatePage Page, string Address);

/// <summary>A service.</summary>
/// <param name="Service">Its rate, and what it follows from.</param>
/// <param name="Table">All of its transactions.</param>
/// <param name="Query">What was asked for of them.</param>
/// <param name="Page">The part of them that is shown.</param>
/// <param name="Question">The trace whose rate was asked for.</param>
/// <param name="Answer">Its rate; null when none was asked for, or not rightly.</param>
/// <param name="Address">Where this service is.</param>
public sealed record ServiceModel(
    ServiceView Service, RateTable Table, RateQuery Query, RatePage Page, TraceQuestion Question, TraceAnswer? Answer, string Address);
