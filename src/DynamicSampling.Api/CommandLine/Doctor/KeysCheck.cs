using System.Data.Common;
using Dapper;
using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Hosting;

namespace DynamicSampling.Api.CommandLine.Doctor;

/// <summary>Who may use the service.</summary>
internal sealed class KeysCheck(IConfiguration configuration, StorageProbe storage, TimeProvider clock) : IDoctorCheck
{
    public string Name => "keys";

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ApiKey> configured;
        try
        {
            configured = ConfiguredKeys.Read(configuration, clock.GetUtcNow());
        }
        catch (StartupException exception)
        {
            return [Finding.Problem(exception.Message)];
        }

        try
        {
            var (all, active) = await storage.ReadAsync(CountAsync, cancellationToken);
            return [Judge(all + configured.Count > 0, active + configured.Count(key => key.IsActive(clock.GetUtcNow())) > 0)];
        }
        catch (Exception exception) when (Failures.Describe(exception) is not null)
        {
            return [Finding.Warning("Not checked, since the database cannot be read.")];
        }
        catch (InvalidOperationException exception)
        {
            // A value of the wrong kind; the message names its key.
            return [Finding.Problem(exception.Message)];
        }
    }

    private async Task<(long All, long Active)> CountAsync(DbConnection? connection)
    {
        if (connection is null || await connection.ExecuteScalarAsync<long>(storage.Dialect.CountTable, new { table = "api_keys" }) == 0)
            return (0, 0);
        var all = await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM api_keys");
        // Those of the settings come from there.
        var active = await connection.ExecuteScalarAsync<long>(
            "SELECT COUNT(*) FROM api_keys WHERE source = 'command' AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > @now)",
            new { now = clock.GetUtcNow().ToUnixTimeMilliseconds() });
        return (all, active);
    }

    private Finding Judge(bool areAny, bool areActive)
    {
        var exposed = LoopbackOnly.FindExposed(configuration);
        if (LoopbackOnly.AllowsAnonymous(configuration))
            return Finding.Ok($"Nobody is asked for one (Authentication:AllowAnonymous){(exposed is null ? "" : $", at {exposed} neither: whoever reaches the service may change sampling")}.");
        if (configuration.GetSection(JwtSettings.Section)[nameof(JwtSettings.Authority)] is { Length: > 0 } authority)
            return Finding.Ok($"Requests need a key, or a token of {authority}.");
        if (!areAny)
            return exposed is null ? Finding.Ok("There are none: nobody is asked for one, and only this machine can reach the service.") : Finding.Problem(LoopbackOnly.Explain(exposed));
        return areActive ? Finding.Ok("Requests need one.") : Finding.Warning("Requests need one, and none counts any more: make one with the command keys create.");
    }
}
