using System.Text.Json.Serialization;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Ingest.Reports;

/// <summary>What a sampler has counted in an interval, before it decided. Of one process: several of a service count beside each other.</summary>
/// <param name="Service">The service.</param>
/// <param name="Client">Names the process: the sampler chooses it when it starts. 1 to 100 characters.</param>
/// <param name="Sequence">1 for its first report, and higher for each that follows. What comes again with the same or a lower one is not counted again.</param>
/// <param name="Start">The start of the interval, at most 2 days ago.</param>
/// <param name="End">The end of the interval.</param>
/// <param name="Operations">What was counted; empty when there was nothing. At most 10,000.</param>
/// <param name="Sampler">The sampler's name and version. At most 100 characters.</param>
/// <param name="RatesTag">The ETag of the rates that it follows; null before it has any.</param>
/// <param name="Organization">The organization: that of the path or the key, or `default`, when left out.</param>
internal sealed record SamplerReport(
    [property: JsonRequired] string Service,
    [property: JsonRequired] string Client,
    [property: JsonRequired] long Sequence,
    [property: JsonRequired] DateTimeOffset Start,
    [property: JsonRequired] DateTimeOffset End,
    [property: JsonRequired] IReadOnlyList<OperationReport?> Operations,
    string? Sampler = null,
    string? RatesTag = null,
    string? Organization = null)
{
    public const int MaxOperations = 10_000;

    private const int MaxText = 100;

    /// <summary>What is wrong with it, or null.</summary>
    public string? Check(DateTimeOffset now)
    {
        if (CheckText(Client, "client", isRequired: true) is { } client)
            return client;
        if ((CheckText(Sampler, "sampler") ?? CheckText(RatesTag, "ratesTag")) is { } text)
            return text;
        if (Organization is not null && Names.Check(Organization) is { } organization)
            return $"organization {organization}.";
        if (Sequence < 1)
            return $"sequence must be 1 or more, but is {Sequence}.";
        if (Start > End)
            return "start must not be after end.";
        if (Start < now - VolumeItemParser.OldestTimestamp)
            return $"start must not be more than 2 days old; it is now {now:yyyy-MM-dd'T'HH:mm:ss'Z'}.";
        if (End > now + VolumeItemParser.NewestTimestamp)
            return $"end must not be more than 5 minutes ahead; it is now {now:yyyy-MM-dd'T'HH:mm:ss'Z'}.";
        if (Operations.Count > MaxOperations)
            return $"operations has {Operations.Count} of them, more than {MaxOperations}. Count those that are left over as {Names.OtherTransactions}.";
        for (var i = 0; i < Operations.Count; i++)
        {
            if (Operations[i] is not { } operation)
                return $"operations[{i}] must not be null.";
            if (operation.Check() is { } problem)
                return $"operations[{i}]: {problem}";
        }

        return null;
    }

    private static string? CheckText(string? text, string member, bool isRequired = false) =>
        isRequired && string.IsNullOrEmpty(text) ? $"{member} must not be empty."
        : text?.Length > MaxText ? $"{member} must not be longer than {MaxText} characters."
        : text?.Any(char.IsControl) == true ? $"{member} must not have control characters."
        : null;
}

/// <summary>What a sampler has counted of an operation.</summary>
/// <param name="Operation">The root span's name, or `__other__` for what the sampler has no name for. Cleaned as names in traces are.</param>
/// <param name="Total">Root spans before sampling.</param>
/// <param name="Kept">How many of them were sampled, at most <c>total</c>.</param>
/// <param name="Rate">The rate in force at the end, 0 to 1, for whoever reads along.</param>
internal sealed record OperationReport(
    [property: JsonRequired] string Operation, [property: JsonRequired] long Total, [property: JsonRequired] long Kept, double? Rate = null)
{
    public string? Check() =>
        Total is < 0 or > (long)VolumeItemParser.MaxCount ? $"total must be from 0 to {VolumeItemParser.MaxCount}, but is {Total}."
        : Kept < 0 || Kept > Total ? $"kept must be from 0 to total, {Total}, but is {Kept}."
        : Rate is not (null or (>= 0 and <= 1)) ? $"rate must be from 0 to 1, but is {Rate}."
        : null;
}
