using System.Xml.Linq;
using Dapper;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace DynamicSampling.Api.Storage;

/// <summary>What cookies are encrypted with, where all processes that share the database find it.</summary>
internal sealed class SqlDataProtectionKeys(Database database) : IXmlRepository
{
    // The interface waits; it is asked at the start, and then once a day.
    public IReadOnlyCollection<XElement> GetAllElements() =>
        database.ReadAsync<IReadOnlyCollection<XElement>>(
            async connection => [.. (await connection.QueryAsync<string>("SELECT xml FROM data_protection_keys ORDER BY name")).Select(XElement.Parse)],
            CancellationToken.None).GetAwaiter().GetResult();

    public void StoreElement(XElement element, string friendlyName) =>
        database.WriteAsync(
            (connection, transaction) => connection.ExecuteAsync(
                "INSERT INTO data_protection_keys (name, xml) VALUES (@friendlyName, @xml)",
                new { friendlyName, xml = element.ToString(SaveOptions.DisableFormatting) },
                transaction),
            CancellationToken.None).GetAwaiter().GetResult();
}
