using System.Collections.Frozen;
using System.CommandLine;
using System.Globalization;
using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Hosting;
using DynamicSampling.Api.Storage;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.CommandLine;

/// <summary>Makes, lists and revokes keys. The service may run meanwhile, and knows within a second.</summary>
internal static class KeysCommand
{
    public static Command Create(CommandEnvironment environment, Func<string[]> settings) =>
        new("keys", "Makes, lists and revokes the keys that requests need. The service may run meanwhile, and knows within a second.")
        {
            CreateKey(environment, settings),
            ListKeys(environment, settings),
            RevokeKey(environment, settings),
        };

    private static Command CreateKey(CommandEnvironment environment, Func<string[]> settings)
    {
        var name = new Argument<string>("name") { Description = "What it is for, or whose it is; the audit log has it." };
        var scopes = new Option<string[]>("--scope")
        {
            Description = $"What it may do: {string.Join(", ", ScopeNames.All)}. Several times for several; admin may do everything. Required.",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var organizations = new Option<string[]>("--organization") { Description = "For which organization it is; several times for several. All by default." };
        var expires = new Option<string?>("--expires") { Description = "When it ends: a date such as 2027-06-30, or a number of days such as 90d. Never by default." };
        var command = new Command("create", "Makes a key and shows it, once.") { name, scopes, organizations, expires };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var now = environment.Clock.GetUtcNow();
            var id = ApiKey.NewId();
            var secret = ApiKey.NewSecret(id);
            var key = new ApiKey(
                id, ApiKey.HashOf(secret), new(ReadName(parsed.GetValue(name)), ReadScopes(parsed.GetValue(scopes)), ReadOrganizations(parsed.GetValue(organizations))),
                KeySource.Command, now, ReadExpiry(parsed.GetValue(expires), now));
            await using var host = await OpenAsync(environment, settings, cancellationToken);
            await host.Services.GetRequiredService<SqlKeyStore>().AddAsync(key, cancellationToken);
            // The key alone goes to the standard output, for scripts.
            await environment.Error.WriteLineAsync($"Key {id} for {Describe(key)}. It is shown this once; keep it like a password.");
            await environment.Output.WriteLineAsync(secret);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command ListKeys(CommandEnvironment environment, Func<string[]> settings)
    {
        var command = new Command("list", "Lists keys: id, whether it counts, name, scopes, organizations, when it was made and when it ends.");
        command.SetAction(async (_, cancellationToken) =>
        {
            await using var host = await OpenAsync(environment, settings, cancellationToken);
            var now = environment.Clock.GetUtcNow();
            foreach (var key in await host.Services.GetRequiredService<SqlKeyStore>().ListAsync(cancellationToken))
            {
                var state = key.RevokedAt is { } revoked ? $"revoked {Date(revoked)}" : key.IsActive(now) ? "active" : "expired";
                await environment.Output.WriteLineAsync(
                    $"{key.Id}  {state,-18}  {key.Grant.Name}: {Describe(key)}; made {Date(key.CreatedAt)}{(key.Source == KeySource.Configuration ? " from the settings" : "")}");
            }

            return ExitCodes.Done;
        });
        return command;
    }

    private static Command RevokeKey(CommandEnvironment environment, Func<string[]> settings)
    {
        var id = new Argument<string>("id") { Description = "The key's id, as list shows it." };
        var command = new Command("revoke", "Makes a key count no longer.") { id };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var host = await OpenAsync(environment, settings, cancellationToken);
            var wanted = parsed.GetValue(id)!;
            if (!await host.Services.GetRequiredService<SqlKeyStore>().RevokeAsync(wanted, environment.Clock.GetUtcNow(), cancellationToken))
                throw new StartupException("There is no such key, or it has been revoked before. keys list shows them.");
            await environment.Output.WriteLineAsync($"Key {wanted} is revoked; running services know within a second.");
            return ExitCodes.Done;
        });
        return command;
    }

    private static async Task<WebApplication> OpenAsync(CommandEnvironment environment, Func<string[]> settings, CancellationToken cancellationToken)
    {
        var host = CommandHost.Build(settings(), environment);
        try
        {
            // A key is made before the service first listens on an address that others can reach.
            await host.Services.GetRequiredService<Migrations>().RunAsync(cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    private static string ReadName(string? name) =>
        Names.Check(name) is { } problem ? throw new StartupException($"The name {problem}.") : name!;

    private static Scope ReadScopes(string[]? names)
    {
        var scopes = Scope.None;
        foreach (var name in (names ?? []).SelectMany(text => text.Split(',')))
            scopes |= ScopeNames.TryParse(name, out var scope) ? scope : throw new StartupException($"--scope must be one of {string.Join(", ", ScopeNames.All)}, but is '{name}'.");
        return scopes;
    }

    private static FrozenSet<string>? ReadOrganizations(string[]? names)
    {
        foreach (var name in names ?? [])
        {
            if (Names.Check(name) is { } problem)
                throw new StartupException($"--organization {problem}.");
        }

        return names is { Length: > 0 } ? names.ToFrozenSet(StringComparer.Ordinal) : null;
    }

    private static DateTimeOffset? ReadExpiry(string? text, DateTimeOffset now)
    {
        if (text is null)
            return null;
        if (text.EndsWith('d') && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is > 0 and <= 36500)
            return now.AddDays(days);
        return DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) && date > now
            ? date
            : throw new StartupException($"--expires must be a date in the future such as 2027-06-30, or a number of days such as 90d, but is '{text}'.");
    }

    private static string Describe(ApiKey key) =>
        $"{ScopeNames.Of(key.Grant.Scopes)}, {(key.Grant.Organizations is { } organizations ? $"of {string.Join(", ", organizations.Order(StringComparer.Ordinal))}" : "of all organizations")}"
        + (key.ExpiresAt is { } expires ? $", until {Date(expires)}" : "");

    private static string Date(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
