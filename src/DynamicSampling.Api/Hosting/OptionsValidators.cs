using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Cluster;
using DynamicSampling.Api.Ingest;
using DynamicSampling.Api.Limits;
using DynamicSampling.Api.Notifications;
using DynamicSampling.Api.Storage;
using DynamicSampling.Tasks.Sampling;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Hosting;

[OptionsValidator]
internal sealed partial class SamplingOptionsValidator : IValidateOptions<SamplingOptions>;

[OptionsValidator]
internal sealed partial class IngestOptionsValidator : IValidateOptions<IngestOptions>;

[OptionsValidator]
internal sealed partial class LimitsOptionsValidator : IValidateOptions<LimitsOptions>;

[OptionsValidator]
internal sealed partial class StorageOptionsValidator : IValidateOptions<StorageOptions>;

[OptionsValidator]
internal sealed partial class SchedulingOptionsValidator : IValidateOptions<SchedulingOptions>;

[OptionsValidator]
internal sealed partial class NotificationOptionsValidator : IValidateOptions<NotificationOptions>;

[OptionsValidator]
internal sealed partial class ClusterOptionsValidator : IValidateOptions<ClusterOptions>;

[OptionsValidator]
internal sealed partial class AuthenticationSettingsValidator : IValidateOptions<AuthenticationSettings>;
