using System.Security.Cryptography;
using System.Text.Json;
using DynamicSampling.Tasks.Sampling;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;

namespace DynamicSampling.Api.Endpoints;

/// <summary>Entity tags of settings: a digest of what is stored.</summary>
internal static class SettingsVersion
{
    /// <summary>Null when nothing is stored.</summary>
    public static EntityTagHeaderValue? Of(OrganizationEntry? entry) => entry?.Settings is { } settings
        ? new($"\"{Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(settings)).AsSpan(0, 8))}\"")
        : null;

    /// <summary>RFC 9110, 13.1: whether If-Match and If-None-Match let a change of this entry through.</summary>
    public static bool Allows(this RequestHeaders headers, OrganizationEntry? entry)
    {
        var current = Of(entry);
        if (headers.IfMatch is { Count: > 0 } wanted && !wanted.Any(tag => current is not null && (tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(current, useStrongComparison: true))))
            return false;
        return headers.IfNoneMatch is not { Count: > 0 } unwanted
            || !unwanted.Any(tag => current is not null && (tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(current, useStrongComparison: false)));
    }
}
