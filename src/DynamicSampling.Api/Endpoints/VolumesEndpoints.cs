using System.Globalization;
using System.Text.RegularExpressions;
using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Ingest;
using DynamicSampling.Api.Limits;
using DynamicSampling.Api.Storage;
using DynamicSampling.Dashboard.Routing;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;
using Microsoft.AspNetCore.Http.HttpResults;
using System.Text.Json.Serialization;

namespace DynamicSampling.Api.Endpoints;

/// <summary>Volumes in, and what has been counted.</summary>
internal static partial class VolumesEndpoints
{
    private const string JsonLines = "application/x-ndjson";
    private static readonly TimeSpan LongestWindow = Retention.Volumes;

    public static void MapVolumes(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/volumes", Post)
            .WithTags("Volumes").RequireScope(Scope.Ingest, Reach.Request).WithName("PostVolumes").WithSummary("Counts volumes")
            .WithDescription("A JSON array, or one item a line as `application/x-ndjson`. One item that is not right rejects the whole request. The answer comes when the counts are durable.")
            .WithMetadata(new LargeBody())
            .Accepts<VolumeItem[]>("application/json", JsonLines)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        app.MapGet("/api/organizations/{org}/volumes", List)
            .WithTags("Volumes").RequireScope(Scope.Read).WithName("ListVolumes").WithSummary("What was counted in a window, largest first")
            .ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static async Task<Results<Ok<VolumesTaken>, ProblemHttpResult>> Post(
        HttpContext http, SqlVolumeStore store, TimeProvider clock, CancellationToken cancellationToken)
    {
        var request = http.Request;
        var isLines = request.GetTypedHeaders().ContentType is { } type && type.MediaType.Equals(JsonLines, StringComparison.OrdinalIgnoreCase);
        if (!isLines && !request.HasJsonContentType())
            return Problems.UnsupportedMediaType($"Send a JSON array with Content-Type: application/json, or an item a line with Content-Type: {JsonLines}.");
        string? idempotencyKey = request.Headers["Idempotency-Key"];
        if (idempotencyKey is not null && !IdempotencyKeys().IsMatch(idempotencyKey))
            return Problems.BadRequest("Idempotency-Key must be 1 to 200 visible ASCII characters, for instance a UUID.");

        var batch = new VolumeBatch();
        var parser = new VolumeItemParser(clock.GetUtcNow(), batch, Caller.GrantOf(http));
        try
        {
            if (isLines)
                await VolumeReader.ReadLinesAsync(request.BodyReader, parser, cancellationToken);
            else
                await VolumeReader.ReadArrayAsync(request.BodyReader, parser, cancellationToken);
        }
        catch (InvalidVolumeException invalid)
        {
            return Problems.BadRequest(invalid.Detail, invalid.Extensions);
        }

        var receipt = await store.AddAsync(batch, Caller.Own(http, idempotencyKey), cancellationToken);
        if (receipt.IsRepetition)
            http.Response.Headers["Idempotency-Replayed"] = "true";
        return TypedResults.Ok(new VolumesTaken(receipt.Taken));
    }

    private static async Task<Ok<VolumesPage>> List(
        PathName org, SqlVolumeStore store, TimeProvider clock, string? window, string? by, int? limit, string? cursor, CancellationToken cancellationToken)
    {
        var byTransaction = by switch
        {
            null or "project" => false,
            "transaction" => true,
            _ => throw new BadHttpRequestException($"by must be project or transaction, but is '{by}'."),
        };
        var after = Paging.Cursor<VolumesCursor>(cursor);
        var now = clock.GetUtcNow();
        if (after is not null && !IsWindowAt(now, after.Window))
            throw Paging.BadCursor();
        // All pages are about the window of the first.
        var minutes = after?.Window ?? MinuteWindow.Ending(now, ParseWindow(window ?? "1h"));
        var count = Paging.Limit(limit);
        var rows = await store.ListLargestAsync(org.Value, minutes, byTransaction, project: null, after?.Last, count + 1, cancellationToken);
        var page = Paging.ToPage(
            rows,
            count,
            row => new VolumeListItem(row.Project, byTransaction ? row.Transaction : null, row.Total, row.Kept, row.Exact == 1),
            row => new VolumesCursor(minutes, row));
        return TypedResults.Ok(new VolumesPage(org.Value, minutes.Start, minutes.End, page.Items, page.Next));
    }

    /// <summary>Whether somebody can have asked for it. The clock of the node that gave the cursor may be ahead of this one's.</summary>
    private static bool IsWindowAt(DateTimeOffset now, MinuteWindow window) =>
        window.Last >= 0 && window.Last <= MinuteWindow.MinuteOf(now + VolumeItemParser.NewestTimestamp)
        && window.First <= window.Last && window.First > window.Last - (long)LongestWindow.TotalMinutes;

    /// <summary>Minutes of a window such as 5m, 1h or 2d.</summary>
    private static int ParseWindow(string window)
    {
        if (Windows().Match(window) is { Success: true } match && int.TryParse(match.Groups["number"].Value, CultureInfo.InvariantCulture, out var number) && number > 0)
        {
            var minutes = match.Groups["unit"].Value switch
            {
                "m" => number,
                "h" => number * 60L,
                _ => number * 1440L,
            };
            if (minutes <= LongestWindow.TotalMinutes)
                return (int)minutes;
        }

        throw new BadHttpRequestException($"window must be a number of minutes, hours or days up to 2d, such as 5m, 1h or 2d, but is '{window}'.");
    }

    [GeneratedRegex(@"^(?<number>[0-9]{1,6})(?<unit>[mhd])\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Windows();

    private sealed record VolumesCursor(MinuteWindow Window, VolumeRow Last);

    [GeneratedRegex(@"^[!-~]{1,200}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex IdempotencyKeys();
}

/// <summary>A count. This type only describes the body: <see cref="VolumeItemParser"/> reads it.</summary>
/// <param name="Project">The project, for instance the service's name: 1 to 200 characters.</param>
/// <param name="Transaction">The root operation: 1 to 200 characters.</param>
/// <param name="Total">Root traces before sampling, 0 or more.</param>
/// <param name="Kept">Root traces stored, at most <c>total</c>; 0 when left out.</param>
/// <param name="Organization">The organization: 1 to 200 characters; `default` when left out.</param>
/// <param name="Timestamp">When, at most 2 days ago; now when left out.</param>
/// <param name="Release">The release that served them, to learn of new ones: 1 to 200 characters.</param>
/// <param name="Environment">The environment of that release: 1 to 200 characters.</param>
internal sealed record VolumeItem(
    string Project, string Transaction, double Total, double Kept = 0, string Organization = Names.DefaultOrganization, DateTimeOffset? Timestamp = null,
    string? Release = null, string? Environment = null);

/// <summary>The answer to volumes.</summary>
/// <param name="Taken">How many items were taken.</param>
internal sealed record VolumesTaken(long Taken);

/// <summary>Counts of an organization in a window.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="WindowStart">The start of the window.</param>
/// <param name="WindowEnd">The end of the window; its last minute may still be running.</param>
/// <param name="Items">The counts, largest first.</param>
/// <param name="Next">The cursor of the next page; null on the last one.</param>
internal sealed record VolumesPage(
    string Organization,
    [property: JsonConverter(typeof(UtcMillisecondsJsonConverter))] DateTimeOffset WindowStart,
    [property: JsonConverter(typeof(UtcMillisecondsJsonConverter))] DateTimeOffset WindowEnd,
    IReadOnlyList<VolumeListItem> Items,
    string? Next);

/// <summary>A count in a window.</summary>
/// <param name="Project">The project's name.</param>
/// <param name="Transaction">The transaction's name; null for the project as a whole.</param>
/// <param name="Total">Root traces before sampling.</param>
/// <param name="Kept">Root traces stored.</param>
/// <param name="Exact">Whether every minute of it is a true count, and not an estimate from what was kept.</param>
internal sealed record VolumeListItem(string Project, string? Transaction, double Total, double Kept, bool Exact);
