using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.CommandLine.Doctor;

/// <summary>Whether the service would start with the settings: what it validates then is validated here.</summary>
internal sealed class SettingsCheck(IServiceProvider services) : IDoctorCheck
{
    public string Name => "settings";

    public Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        List<Finding> findings = [.. FindInvalid().Distinct(StringComparer.Ordinal).Select(Finding.Problem)];
        if (findings.Count == 0)
            findings.Add(Finding.Ok("Every value is within its range."));
        return Task.FromResult<IReadOnlyList<Finding>>(findings);
    }

    private IEnumerable<string> FindInvalid()
    {
        try
        {
            services.GetRequiredService<IStartupValidator>().Validate();
            return [];
        }
        catch (OptionsValidationException exception)
        {
            return exception.Failures;
        }
        catch (AggregateException exception)
        {
            return exception.InnerExceptions.SelectMany(inner => inner is OptionsValidationException { Failures: var failures } ? failures : [inner.Message]);
        }
        catch (InvalidOperationException exception)
        {
            // A value of the wrong kind; the message names its key.
            return [exception.Message];
        }
    }
}
