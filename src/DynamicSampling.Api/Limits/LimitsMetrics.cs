using System.Diagnostics.Metrics;
using DynamicSampling.Api.Ingest;

namespace DynamicSampling.Api.Limits;

/// <summary>Which limits were met.</summary>
internal sealed class LimitsMetrics(IMeterFactory meters)
{
    private readonly Counter<long> _refused = meters.Create(IngestMetrics.MeterName).CreateCounter<long>(
        "dynamic_sampling.limits.refused", "{request}", "Requests that were refused because too many came, by the setting that has the limit");

    public void Refused(string setting)
    {
        if (_refused.Enabled)
            _refused.Add(1, new KeyValuePair<string, object?>("dynamic_sampling.limit", setting));
    }
}
