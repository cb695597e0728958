using System.Data.Common;
using System.Globalization;
using Dapper;
using DynamicSampling.Api.Ingest;

namespace DynamicSampling.Api.CommandLine.Doctor;

/// <summary>Whether the clock can be right: not before what is stored, and not far from that of the database's server.</summary>
internal sealed class ClockCheck(StorageProbe storage, TimeProvider clock) : IDoctorCheck
{
    private const string SetClock = "Set the clock, and let it be synchronised (NTP)";

    // Windows are minutes.
    private static readonly TimeSpan Tolerated = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TooMuch = TimeSpan.FromMinutes(1);

    public string Name => "clock";

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var findings = await storage.ReadAsync(CompareAsync, cancellationToken);
            return findings.Count > 0 ? findings : [Finding.Ok($"It is {Format(clock.GetUtcNow())}.")];
        }
        catch (Exception exception) when (Failures.Describe(exception) is not null)
        {
            return [Finding.Warning($"It is {Format(clock.GetUtcNow())}; not compared with what is stored, since the database cannot be read.")];
        }
    }

    private async Task<List<Finding>> CompareAsync(DbConnection? connection)
    {
        if (connection is null)
            return [];
        var findings = new List<Finding>();
        if (storage is PostgresProbe && await CompareClocksAsync(connection) is { } apart)
            findings.Add(apart);
        var now = clock.GetUtcNow();
        if (await storage.FindSchemaVersionAsync(connection) > 0 && await FindNewestMinuteAsync(connection) is { } newest
            && newest > now + VolumeItemParser.NewestTimestamp)
        {
            findings.Add(Finding.Problem(
                $"It is {Format(now)} here, but there are volumes of {Format(newest)} already. {SetClock}; until then no rates are computed from them."));
        }

        return findings;
    }

    private async Task<Finding?> CompareClocksAsync(DbConnection connection)
    {
        var before = clock.GetUtcNow();
        var there = new DateTimeOffset(await connection.ExecuteScalarAsync<DateTime>("SELECT clock_timestamp() AT TIME ZONE 'UTC'"), TimeSpan.Zero);
        var after = clock.GetUtcNow();
        var difference = there < before ? before - there : there > after ? there - after : TimeSpan.Zero;
        if (difference <= Tolerated)
            return null;
        var text = $"The clocks of this machine and of the database's are {difference.TotalSeconds:0} s apart. {SetClock} on both.";
        return difference > TooMuch ? Finding.Problem(text) : Finding.Warning(text);
    }

    // A step into the index for each project, and not all volumes.
    private static async Task<DateTimeOffset?> FindNewestMinuteAsync(DbConnection connection) =>
        await connection.ExecuteScalarAsync<long?>(
            "SELECT MAX(newest.minute) FROM (SELECT (SELECT MAX(v.minute) FROM volumes v WHERE v.project_id = p.id) AS minute FROM projects p) newest") is { } minute
            ? DateTimeOffset.FromUnixTimeSeconds(minute * 60)
            : null;

    private static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
