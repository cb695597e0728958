using Microsoft.Extensions.Options;

namespace DynamicSampling.Tasks.Pipeline;

[OptionsValidator]
internal sealed partial class TaskPipelineOptionsValidator : IValidateOptions<TaskPipelineOptions>;
