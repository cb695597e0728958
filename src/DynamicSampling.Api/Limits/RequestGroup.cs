using DynamicSampling.Api.Authentication;

namespace DynamicSampling.Api.Limits;

/// <summary>Requests that are limited together, so that many of one kind do not get in the way of another.</summary>
internal enum RequestGroup
{
    /// <summary>Traces and volumes that come in.</summary>
    Ingest,

    /// <summary>Samplers that fetch their rates.</summary>
    Sampling,

    /// <summary>Everything that only looks, and what is for nobody.</summary>
    Read,

    /// <summary>Changes and tasks.</summary>
    Operate,

    /// <summary>Runs that are followed for as long as they last.</summary>
    EventStreams,
}

/// <summary>Metadata of endpoints whose answers go on until the client leaves.</summary>
internal sealed class EventStream;

/// <summary>Tells to which group a request belongs.</summary>
internal static class RequestGroups
{
    /// <summary>The group of an endpoint, by what it asks of its callers.</summary>
    public static RequestGroup Of(Endpoint? endpoint) => endpoint?.Metadata.GetMetadata<RequiredScope>()?.Scope switch
    {
        Scope.Sample => RequestGroup.Sampling,
        Scope.Ingest => RequestGroup.Ingest,
        { } scope when (scope & (Scope.Operate | Scope.Admin)) != Scope.None => RequestGroup.Operate,
        _ => endpoint?.Metadata.GetMetadata<EventStream>() is null ? RequestGroup.Read : RequestGroup.EventStreams,
    };
}
