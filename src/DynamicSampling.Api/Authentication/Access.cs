using DynamicSampling.Api.Hosting;
using DynamicSampling.Api.Storage;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace DynamicSampling.Api.Authentication;

/// <summary>
/// Whether the service asks for keys, and which there are. What changes in the database or in the settings counts within
/// <see cref="AuthenticationSettings.RefreshInterval"/>, in all processes: keys are changed without a restart.
/// </summary>
internal sealed class Access(
    SqlKeyStore store, IConfiguration configuration, IOptions<AuthenticationSettings> settings, IOptions<JwtSettings> tokens, TimeProvider clock, ILogger<Access> logger)
    : BackgroundService
{
    private KeyRing _keys = KeyRing.Empty;
    private long _change;
    private bool _isFailing;

    /// <summary>Whether a request needs a key or a token. It never changes back while the process lives.</summary>
    public bool IsRequired { get; private set; }

    public KeyRing Keys => Volatile.Read(ref _keys);

    /// <exception cref="StartupException">Others can reach the service, and it would ask nobody for a key; or a configured key is not right.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await store.ConfigureAsync(ConfiguredKeys.Read(configuration, clock.GetUtcNow()), clock.GetUtcNow(), cancellationToken);
        await ReadAsync(cancellationToken);
        var isAnonymous = settings.Value.AllowAnonymous;
        if (!isAnonymous && !IsRequired && LoopbackOnly.FindExposed(configuration) is { } exposed)
            throw new StartupException(LoopbackOnly.Explain(exposed));
        if (isAnonymous && (_change > 0 || tokens.Value.IsEnabled))
            Log.KeysIgnored(logger);
        else if (isAnonymous)
            Log.AnonymousAllowed(logger);
        else if (!IsRequired)
            Log.LoopbackOnly(logger);
        else
            Log.KeysRequired(logger, Keys.Count);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var isReloaded = false;
        using var reloads = ChangeToken.OnChange(configuration.GetReloadToken, () => Volatile.Write(ref isReloaded, true));
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(settings.Value.RefreshInterval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (Volatile.Read(ref isReloaded))
                {
                    // Before it is read: a change in between is read again. And after that again, if the database is away.
                    Volatile.Write(ref isReloaded, false);
                    await ConfigureAsync(() => Volatile.Write(ref isReloaded, true), stoppingToken);
                }

                if (await store.FindChangeAsync(stoppingToken) != _change)
                {
                    await ReadAsync(stoppingToken);
                    Log.KeysChanged(logger, Keys.Count);
                }

                _isFailing = false;
            }
            catch (StartupException exception)
            {
                // The settings that it was started with go on counting.
                Log.ConfiguredKeysWrong(logger, exception.Message);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                // Those that are known go on counting. Once, and not every time.
                if (!_isFailing)
                    Log.KeysNotRead(logger, exception.Message);
                _isFailing = true;
            }
        }
    }

    private async Task ConfigureAsync(Action tryAgain, CancellationToken cancellationToken)
    {
        var keys = ConfiguredKeys.Read(configuration, clock.GetUtcNow());
        try
        {
            await store.ConfigureAsync(keys, clock.GetUtcNow(), cancellationToken);
        }
        catch
        {
            tryAgain();
            throw;
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        // Before the keys: what changes in between is read again.
        var change = await store.FindChangeAsync(cancellationToken);
        Volatile.Write(ref _keys, KeyRing.Of(await store.ListAsync(cancellationToken)));
        _change = change;
        // Also when all of them have been revoked or have expired: that must never open the door.
        IsRequired |= !settings.Value.AllowAnonymous && (change > 0 || tokens.Value.IsEnabled);
    }
}
