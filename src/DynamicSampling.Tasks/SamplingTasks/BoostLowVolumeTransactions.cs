using DynamicSampling.Tasks.Models;
using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>Gives the transactions of every project rates within the project's own: the <see cref="TransactionsModel"/>.</summary>
internal sealed class BoostLowVolumeTransactions(OrganizationPass pass) : ISamplingTask
{
    public string Name => "boost_low_volume_transactions";

    public string Description => "Balances the transactions of each project over the last hour, within the project's published rate: rare ones are kept more often than frequent ones.";

    public TimeSpan MaxExecution => TaskBudget.Default;

    public Task RunAsync(TaskContext context, SamplingTaskRequest request) =>
        pass.RunAsync(context, Name, request, PassParts.Transactions);
}
