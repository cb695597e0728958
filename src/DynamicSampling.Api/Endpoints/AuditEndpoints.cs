using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Storage;
using DynamicSampling.Dashboard.Routing;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DynamicSampling.Api.Endpoints;

/// <summary>Who changed which setting or rule, when, from what to what.</summary>
internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder app)
    {
        const string Description = "`?actor=` is a whole name, `since` a date and time. An entry is there from the moment on that its change is; entries are kept for 400 days.";
        app.MapGet("/api/audit", List)
            .WithTags("Audit").RequireScope(Scope.Read).WithName("ListAudit").WithSummary("Changes of all organizations' settings, custom rules and rollbacks, newest first")
            .WithDescription(Description)
            .ProducesProblem(StatusCodes.Status400BadRequest);
        app.MapGet("/api/organizations/{org}/audit", ListOfOrganization)
            .WithTags("Audit").RequireScope(Scope.Read).WithName("ListAuditOfOrganization").WithSummary("Changes of an organization's settings, custom rules and rollbacks, newest first")
            .WithDescription(Description)
            .ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static Task<Ok<Page<AuditEntry>>> List(
        SqlAuditLog audit, string? actor, string? since, int? limit, string? cursor, CancellationToken cancellationToken) =>
        ListAsync(audit, organization: null, actor, since, limit, cursor, cancellationToken);

    private static Task<Ok<Page<AuditEntry>>> ListOfOrganization(
        PathName org, SqlAuditLog audit, string? actor, string? since, int? limit, string? cursor, CancellationToken cancellationToken) =>
        ListAsync(audit, org.Value, actor, since, limit, cursor, cancellationToken);

    private static async Task<Ok<Page<AuditEntry>>> ListAsync(
        SqlAuditLog audit, string? organization, string? actor, string? since, int? limit, string? cursor, CancellationToken cancellationToken)
    {
        var count = Paging.Limit(limit);
        var query = new AuditQuery(count + 1)
        {
            Organization = organization,
            Actor = Paging.Filter(actor, "actor"),
            Since = Paging.Since(since),
            After = Paging.Cursor<AuditCursor>(cursor)?.Id,
        };
        return TypedResults.Ok(Paging.ToPage(await audit.ListAsync(query, cancellationToken), count, entry => entry, entry => new AuditCursor(entry.Id)));
    }

    private sealed record AuditCursor(Guid Id);
}
