using System.Text.Json;
using DynamicSampling.Api.Authentication;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Ingest;

/// <summary>Reads one item of <c>POST /api/volumes</c>. It is written by hand so that errors name the member and say what is expected.</summary>
internal sealed class VolumeItemParser(DateTimeOffset now, VolumeBatch batch, Grant? grant = null)
{
    /// <summary>More in one item is a mistake, and a double holds every whole number up to here.</summary>
    public const double MaxCount = 1e15;

    public static readonly TimeSpan OldestTimestamp = TimeSpan.FromDays(2);
    public static readonly TimeSpan NewestTimestamp = TimeSpan.FromMinutes(5);

    private readonly long _currentMinute = MinuteWindow.MinuteOf(now);

    /// <summary>Parses the value at which the reader stands, and adds it to the batch.</summary>
    /// <exception cref="InvalidVolumeException">It is not right.</exception>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public void Parse(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new InvalidVolumeException(member: null, "an item must be an object, such as {\"project\":\"checkout\",\"transaction\":\"GET /cart\",\"total\":42}");

        var organization = grant?.OnlyOrganization ?? Names.DefaultOrganization;
        string? project = null;
        string? transaction = null;
        double? total = null;
        double kept = 0;
        var minute = _currentMinute;
        string? release = null;
        string? environment = null;
        var members = Members.None;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // Comparing such a name would throw.
            if (reader.ValueIsEscaped && Unknown(reader) is { Member: null } malformed)
                throw malformed;
            if (reader.ValueTextEquals("organization"u8))
                organization = ReadName(ref reader, Once(ref members, Members.Organization, "organization"));
            else if (reader.ValueTextEquals("project"u8))
                project = ReadName(ref reader, Once(ref members, Members.Project, "project"));
            else if (reader.ValueTextEquals("transaction"u8))
                transaction = ReadName(ref reader, Once(ref members, Members.Transaction, "transaction"));
            else if (reader.ValueTextEquals("timestamp"u8))
                minute = ReadMinute(ref reader, Once(ref members, Members.Timestamp, "timestamp"));
            else if (reader.ValueTextEquals("total"u8))
                total = ReadCount(ref reader, Once(ref members, Members.Total, "total"));
            else if (reader.ValueTextEquals("kept"u8))
                kept = ReadCount(ref reader, Once(ref members, Members.Kept, "kept"));
            else if (reader.ValueTextEquals("release"u8))
                release = ReadName(ref reader, Once(ref members, Members.Release, "release"));
            else if (reader.ValueTextEquals("environment"u8))
                environment = ReadName(ref reader, Once(ref members, Members.Environment, "environment"));
            else
                throw Unknown(reader);
        }

        if (project is null)
            throw new InvalidVolumeException("project", "is missing");
        if (transaction is null)
            throw new InvalidVolumeException("transaction", "is missing");
        if (total is not { } count)
            throw new InvalidVolumeException("total", "is missing");
        if (kept > count)
            throw new InvalidVolumeException("kept", $"must not be more than total, but {kept} is more than {count}");
        if (grant is not null && !grant.IsFor(organization))
            throw Caller.Foreign();
        batch.Add(new(organization, project, transaction, minute), new(count, kept));
        if (release is not null)
            batch.AddRelease(new(organization, project, release, environment ?? ""), minute);
    }

    // Readers differ in which of the two they take, so neither is right.
    private static string Once(ref Members seen, Members member, string name)
    {
        if ((seen & member) != Members.None)
            throw new InvalidVolumeException(name, "is given twice");
        seen |= member;
        return name;
    }

    private static InvalidVolumeException Unknown(Utf8JsonReader reader)
    {
        const string Known = "known are organization, project, transaction, timestamp, total, kept, release and environment";
        try
        {
            return new(reader.GetString(), "is not a known member; " + Known);
        }
        catch (InvalidOperationException exception)
        {
            return new(member: null, "the name of a member is not well-formed Unicode; " + Known, exception);
        }
    }

    private static string ReadName(ref Utf8JsonReader reader, string member)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
            throw new InvalidVolumeException(member, "must be a string");
        string? name;
        try
        {
            name = reader.GetString();
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidVolumeException(member, "must be well-formed Unicode", exception);
        }

        return Names.Check(name) is { } problem ? throw new InvalidVolumeException(member, problem) : name!;
    }

    private static double ReadCount(ref Utf8JsonReader reader, string member)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.Number)
            throw new InvalidVolumeException(member, "must be a number");
        if (!reader.TryGetDouble(out var count) || !double.IsFinite(count))
            throw new InvalidVolumeException(member, "must be a finite number");
        return count switch
        {
            < 0 => throw new InvalidVolumeException(member, $"must not be negative, but is {count}"),
            > MaxCount => throw new InvalidVolumeException(member, $"must not be more than {MaxCount}, but is {count}"),
            _ => count,
        };
    }

    private long ReadMinute(ref Utf8JsonReader reader, string member)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String || !reader.TryGetDateTimeOffset(out var timestamp) || !HasOffset(reader))
            throw new InvalidVolumeException(member, "must be an RFC 3339 date and time with an offset, such as 2026-11-22T10:00:00Z");
        if (timestamp < now - OldestTimestamp)
            throw new InvalidVolumeException(member, $"must not be more than 2 days old; it is now {now:yyyy-MM-dd'T'HH:mm:ss'Z'}");
        if (timestamp > now + NewestTimestamp)
            throw new InvalidVolumeException(member, $"must not be more than 5 minutes ahead; it is now {now:yyyy-MM-dd'T'HH:mm:ss'Z'}");
        return MinuteWindow.MinuteOf(timestamp);
    }

    // Without an offset a time would be taken as local to this machine.
    private static bool HasOffset(Utf8JsonReader reader)
    {
        var text = reader.GetString()!;
        var time = text.IndexOf('T', StringComparison.Ordinal);
        return time > 0 && text.AsSpan(time).IndexOfAny('Z', '+', '-') > 0;
    }

    [Flags]
    private enum Members
    {
        None = 0,
        Organization = 1,
        Project = 2,
        Transaction = 4,
        Timestamp = 8,
        Total = 16,
        Kept = 32,
        Release = 64,
        Environment = 128,
    }
}
