using System.Buffers;
using System.Runtime.InteropServices;
using DynamicSampling.Tasks.Models;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>Gives the transactions of each project their rates within the project's own, and puts together what is to be published.</summary>
internal static class TransactionsStep
{
    public static void Apply(TaskContext context, OrganizationWork work, TimeSpan newProjectBoost) =>
        context.Run("rebalance_transactions", (work, newProjectBoost), static (state, function) =>
        {
            function.AddOrgs();
            foreach (var project in state.work.Projects)
            {
                function.AddIterations();
                function.AddProjects(1);
                function.AddRows(project.Transactions.Count);
                if (project.Error is not null)
                    continue;
                try
                {
                    project.After = Rebalance(state.work, project, state.newProjectBoost);
                }
                catch (ArgumentException exception)
                {
                    // One project's trouble is its own: it keeps the rates it has.
                    project.Error = exception.Message;
                }
            }

            return true;
        });

    private static ProjectRate Rebalance(OrganizationWork work, ProjectWork project, TimeSpan newProjectBoost)
    {
        var policy = project.Policy;
        var rate = project.Rate;
        var implicitRate = rate;
        var count = project.Transactions.Count;
        var hasOwnRates = policy.Biases.HasFlag(Bias.Transactions);
        var classes = ArrayPool<ClassVolume>.Shared.Rent(count);
        var rates = ArrayPool<double>.Shared.Rent(count);
        try
        {
            if (hasOwnRates)
            {
                for (var i = 0; i < count; i++)
                    classes[i] = new(project.Transactions[i].Transaction, project.Transactions[i].Total);
                implicitRate = TransactionsModel.Rebalance(
                    classes.AsSpan(0, count), rates, rate, project.TransactionsTotal, project.Names, policy.Intensity, policy.Floor);
            }

            var pins = Pins(work, project.Name);
            var ownPin = Array.Find(pins, pin => pin.Transaction is null);
            return new(project.Name, rate, project.Volume?.Total ?? 0, project.Volume?.Kept ?? 0)
            {
                ImplicitRate = implicitRate,
                // In mode organization all follow one factor, so that a factor of its own is for those that follow none.
                Factor = !policy.Biases.HasFlag(Bias.Recalibration) ? 1 : work.Mode == SamplingMode.Project ? project.Before?.Factor : null,
                Floor = policy.Floor,
                HealthChecks = policy.Biases.HasFlag(Bias.HealthChecks),
                IsNew = newProjectBoost > TimeSpan.Zero && project.Entry.FirstMinute is { } first
                    && work.Now - DateTimeOffset.FromUnixTimeSeconds(first * 60) < newProjectBoost,
                Always = ownPin?.Always ?? false,
                Maximum = ownPin?.MaximumSampleRate,
                Target = project.Target,
                Names = project.Names,
                TransactionsTotal = project.TransactionsTotal,
                Transactions = TransactionRates.Create(CollectionsMarshal.AsSpan(Transactions(project, hasOwnRates ? rates : null, pins))),
            };
        }
        finally
        {
            ArrayPool<ClassVolume>.Shared.Return(classes, clearArray: true);
            ArrayPool<double>.Shared.Return(rates);
        }
    }

    private static List<TransactionRate> Transactions(ProjectWork project, double[]? rates, Pin[] pins)
    {
        var result = new List<TransactionRate>(project.Transactions.Count);
        for (var i = 0; i < project.Transactions.Count; i++)
        {
            var volume = project.Transactions[i];
            result.Add(new(volume.Transaction, rates?[i], volume.Total, volume.Kept));
        }

        // Pins are few, and mostly of transactions that are listed already.
        foreach (var pin in pins)
        {
            if (pin.Transaction is not { } name)
                continue;
            var place = result.FindIndex(transaction => string.Equals(transaction.Transaction, name, StringComparison.Ordinal));
            var pinned = (place < 0 ? new(name, Rate: null, Total: 0, Kept: 0) : result[place]) with { Always = pin.Always, Maximum = pin.MaximumSampleRate };
            if (place < 0)
                result.Add(pinned);
            else
                result[place] = pinned;
        }

        return result;
    }

    private static Pin[] Pins(OrganizationWork work, string project) =>
        work.Settings?.Pins is not { Count: > 0 } pins
            ? []
            : [.. pins.Where(pin => string.Equals(pin.Project, project, StringComparison.Ordinal) && pin.HoldsAt(work.Now))];
}
