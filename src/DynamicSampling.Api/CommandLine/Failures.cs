using System.Data.Common;
using DynamicSampling.Api.Hosting;
using DynamicSampling.Api.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.CommandLine;

/// <summary>Tells what an operator can mend from what is an error of ours, whose stack trace is wanted.</summary>
internal static class Failures
{
    /// <summary>A sentence that says what is wrong; null when it is an error of ours.</summary>
    public static string? Describe(Exception exception) => exception switch
    {
        StartupException or OptionsValidationException or StorageUnavailableException or NoRoomException => exception.Message,
        IOException { InnerException: AddressInUseException } => exception.Message,
        // A file of settings that cannot be read.
        InvalidDataException => $"{exception.Message} {exception.GetBaseException().Message}",
        // What follows the first line is for programmers.
        DbException => $"The database cannot be used: {exception.Message.Split('\n')[0].TrimEnd('.')}. The command doctor says more.",
        IOException or UnauthorizedAccessException => exception.Message,
        _ => null,
    };
}
