using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Serving;

/// <summary>What a service was served: the rate of each operation. Small, because polls of the last minutes are remembered with it.</summary>
internal sealed class OperationRates
{
    private readonly string[] _operations;
    private readonly double[] _rates;

    /// <param name="version">The version that the rates belong to; 0 before the first.</param>
    /// <param name="others">The rate of operations that are not listed, 0 to 1.</param>
    /// <param name="operations">The operations with rates of their own; each once.</param>
    public OperationRates(long version, double others, IReadOnlyCollection<(string Operation, double Rate)> operations)
    {
        Version = version;
        Others = others;
        _operations = new string[operations.Count];
        _rates = new double[operations.Count];
        var i = 0;
        foreach (var (operation, rate) in operations)
        {
            _operations[i] = operation;
            _rates[i++] = rate;
        }

        Array.Sort(_operations, _rates, StringComparer.Ordinal);
    }

    /// <summary>The version that the rates belong to; 0 before the first.</summary>
    public long Version { get; }

    /// <summary>The rate of operations that are not listed, 0 to 1.</summary>
    public double Others { get; }

    /// <summary>What clients of a project are told: the rate of all others, and the operations whose rate is another.</summary>
    /// <param name="project">What is published for the project.</param>
    /// <param name="factor">The recalibration factor.</param>
    /// <returns>Rates from 0 to 1; the operations as they are published, the busiest first.</returns>
    public static (double Others, List<(string Operation, double Rate)> Operations) ToTell(ProjectRate project, double factor)
    {
        var others = ServedRate.OfOthers(project, factor);
        var operations = new List<(string, double)>(project.Transactions.Count);
        foreach (var transaction in project.Transactions)
        {
            var rate = ServedRate.Of(project, transaction.Transaction, transaction, factor);
            // What is like the others need not be said.
            if (rate != others)
                operations.Add((transaction.Transaction, rate));
        }

        return (others, operations);
    }

    /// <summary>The rate of an operation, 0 to 1.</summary>
    public double Of(ReadOnlySpan<char> operation)
    {
        var low = 0;
        var high = _operations.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = operation.SequenceCompareTo(_operations[middle]);
            if (order == 0)
                return _rates[middle];
            if (order > 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return Others;
    }
}
