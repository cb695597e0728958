using DynamicSampling.Dashboard.Forms;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Dashboard.Settings;

/// <summary>A project's settings as the fields of a form, and back. A field that is empty follows the organization.</summary>
internal static class ProjectSettingsForm
{
    /// <summary>The fields of settings.</summary>
    public static FormValues Of(ProjectSettings? settings)
    {
        var form = new FormValues
        {
            [SettingsForm.Target] = Percent(settings?.TargetSampleRate),
            [SettingsForm.Minimum] = Percent(settings?.MinimumSampleRate),
            [SettingsForm.Intensity] = Percent(settings?.Intensity),
        };
        foreach (var bias in BiasFields.All)
        {
            form[bias.Field] = (settings?.Biases is { } biases ? bias.Get(biases) : null) switch
            {
                true => BiasFields.On,
                false => BiasFields.Off,
                null => "",
            };
        }

        return form;
    }

    /// <inheritdoc cref="SettingsForm.Read"/>
    public static ProjectSettings Read(FormValues form)
    {
        var biases = new BiasSettings();
        foreach (var bias in BiasFields.All)
            biases = bias.Set(biases, ReadSwitch(form, bias.Field));
        var settings = new ProjectSettings
        {
            TargetSampleRate = form.Percent(SettingsForm.Target),
            MinimumSampleRate = form.Percent(SettingsForm.Minimum),
            Intensity = form.Percent(SettingsForm.Intensity),
            Biases = biases == new BiasSettings() ? null : biases,
        };
        foreach (var problem in SettingsCheck.Problems(settings))
            form.Refuse(problem);
        return settings;
    }

    private static bool? ReadSwitch(FormValues form, string field)
    {
        switch (form[field])
        {
            case BiasFields.On:
                return true;
            case BiasFields.Off:
                return false;
            case not "":
                form.Refuse(field, "Must be on, off, or as the organization.");
                return null;
            default:
                return null;
        }
    }

    private static string Percent(double? share) => share is { } known ? NumberText.OfPercent(known) : "";
}
