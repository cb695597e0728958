using DynamicSampling.Api.Ingest;
using DynamicSampling.Tasks.Sampling;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Hosting;

[OptionsValidator]
internal sealed partial class SamplingOptionsValidator : IValidateOptions<SamplingOptions>;

[OptionsValidator]
internal sealed partial class IngestOptionsValidator : IValidateOptions<IngestOptions>;
