using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;

namespace DynamicSampling.Api.Endpoints;

/// <summary>Entity tags of settings: a digest of what is stored.</summary>
internal static class SettingsVersion
{
    /// <summary>Null when nothing is stored.</summary>
    public static EntityTagHeaderValue? Of<T>(T? settings)
        where T : class => settings is null
            ? null
            : new($"\"{Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(settings)).AsSpan(0, 8))}\"");

    /// <summary>What is wrong with If-Match or If-None-Match, or null. One that cannot be read must not be taken for one that is not there.</summary>
    public static string? CheckPreconditions(this RequestHeaders headers) =>
        IsUnreadable(headers, HeaderNames.IfMatch, headers.IfMatch) ? Problem(HeaderNames.IfMatch)
        : IsUnreadable(headers, HeaderNames.IfNoneMatch, headers.IfNoneMatch) ? Problem(HeaderNames.IfNoneMatch)
        : null;

    /// <summary>RFC 9110, 13.1: whether If-Match and If-None-Match let a change of these settings through.</summary>
    public static bool Allows<T>(this RequestHeaders headers, T? settings)
        where T : class
    {
        var current = Of(settings);
        if (headers.IfMatch is { Count: > 0 } wanted && !wanted.Any(tag => current is not null && (tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(current, useStrongComparison: true))))
            return false;
        return headers.IfNoneMatch is not { Count: > 0 } unwanted
            || !unwanted.Any(tag => current is not null && (tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(current, useStrongComparison: false)));
    }

    private static bool IsUnreadable(RequestHeaders headers, string name, IList<EntityTagHeaderValue> tags) =>
        tags.Count == 0 && headers.Headers.ContainsKey(name);

    private static string Problem(string header) => $"{header} must be * or ETags as GET gives them, with their quotes.";
}
