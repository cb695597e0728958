using System.Xml.Linq;
using Dapper;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace DynamicSampling.Api.Storage;

/// <summary>What cookies are encrypted with, where all processes that share the database find it.</summary>
internal sealed class SqlDataProtectionKeys(Database database) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements() =>
        Wait(() => database.ReadAsync<IReadOnlyCollection<XElement>>(
            async connection => [.. (await connection.QueryAsync<string>("SELECT xml FROM data_protection_keys ORDER BY name")).Select(XElement.Parse)],
            CancellationToken.None));

    public void StoreElement(XElement element, string friendlyName) =>
        Wait(() => database.WriteAsync(
            (connection, transaction) => connection.ExecuteAsync(
                "INSERT INTO data_protection_keys (name, xml) VALUES (@friendlyName, @xml)",
                new { friendlyName, xml = element.ToString(SaveOptions.DisableFormatting) },
                transaction),
            CancellationToken.None));

    // The interface waits; it is asked at the start, and then once a day. On a thread without the caller's context, which may have only that one.
    private static T Wait<T>(Func<Task<T>> query) => Task.Run(query).GetAwaiter().GetResult();
}
