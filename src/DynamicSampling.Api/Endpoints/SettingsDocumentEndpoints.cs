using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Limits;
using DynamicSampling.Api.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DynamicSampling.Api.Endpoints;

/// <summary>All settings and custom rules as one document.</summary>
internal static class SettingsDocumentEndpoints
{
    public static void MapSettingsDocuments(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/export", Export)
            .WithTags("Settings").RequireScope(Scope.Read).WithName("ExportSettings").WithSummary("All settings and active custom rules as one document");
        app.MapPut("/api/import", Import)
            .WithTags("Settings").RequireScope(Scope.Admin).WithMetadata(new LargeBody()).WithName("ImportSettings").WithSummary("Makes all settings and custom rules those of a document")
            .WithDescription("What is not in the document loses its settings; volumes and rates stay. It is all or nothing. With `?dryRun=true` it only says what would change.")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
    }

    private static async Task<Ok<SettingsDocument>> Export(SqlSettingsDocuments documents, CancellationToken cancellationToken) =>
        TypedResults.Ok(await documents.ExportAsync(cancellationToken));

    private static async Task<Results<Ok<ImportAnswer>, ProblemHttpResult>> Import(
        SettingsDocument document, HttpContext http, SqlSettingsDocuments documents, TimeProvider clock, bool? dryRun, CancellationToken cancellationToken)
    {
        if (document.Check(clock.GetUtcNow()) is { } problem)
            return Problems.BadRequest($"{problem} Nothing was changed.");
        return TypedResults.Ok(new ImportAnswer(
            dryRun == true, await documents.ImportAsync(document, Caller.NameOf(http), dryRun == true, cancellationToken)));
    }
}

/// <summary>What an import came to.</summary>
/// <param name="DryRun">Whether nothing was changed.</param>
/// <param name="Changes">What changed, or would.</param>
internal sealed record ImportAnswer(bool DryRun, IReadOnlyList<SettingsChange> Changes);
