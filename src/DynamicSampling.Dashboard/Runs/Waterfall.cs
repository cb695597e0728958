using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Dashboard.Runs;

/// <summary>Where a run's time went: its functions in the order of their starts, those that ran within another under it.</summary>
/// <param name="Rows">The functions.</param>
/// <param name="OutsideSeconds">At least so much time was in no function.</param>
/// <param name="OverlapSeconds">By how much functions beside each other come to more than the run: they overlapped.</param>
internal sealed record Waterfall(IReadOnlyList<WaterfallRow> Rows, double OutsideSeconds, double OverlapSeconds)
{
    // Readings of one timer belong together; those of two may be some ticks apart.
    private const double Tolerance = 1e-6;

    public static Waterfall Of(TaskRun run)
    {
        var functions = run.TaskData
            .Where(function => function.Value.Calls > 0)
            .Select((function, order) => new Node(function.Key, function.Value, order))
            .OrderBy(node => node.Data.FirstStart).ThenByDescending(node => node.Data.LastEnd).ThenBy(node => node.Order)
            .ToList();
        foreach (var node in functions)
        {
            node.Parent = functions.Where(other => Contains(other, node)).MinBy(other => Span(other.Data));
            node.Parent?.Children.Add(node);
        }

        var rows = new List<WaterfallRow>();
        var roots = functions.Where(node => node.Parent is null).ToList();
        foreach (var root in roots)
            Add(root, depth: 0);
        // Only looked up, or refused at the end of the budget.
        rows.AddRange(run.TaskData.Where(function => function.Value.Calls == 0).Select(function => new WaterfallRow(function.Key, function.Value, 0, 0, IsErrorOf(run, function.Key))));
        var busy = roots.Sum(node => node.Data.ExecutionTime);
        return new(rows, Math.Max(Math.Max(0, run.Seconds - busy), Uncovered(roots, run.Seconds)), busy > run.Seconds + Tolerance ? busy - run.Seconds : 0);

        void Add(Node node, int depth)
        {
            var own = Math.Max(0, node.Data.ExecutionTime - node.Children.Sum(child => child.Data.ExecutionTime));
            rows.Add(new(node.Name, node.Data, depth, own, IsErrorOf(run, node.Name)));
            foreach (var child in node.Children)
                Add(child, depth + 1);
        }
    }

    /// <summary>The function that took the most time by itself; null when there is none.</summary>
    public WaterfallRow? Slowest => Rows.Where(row => row.Data.Calls > 0).MaxBy(row => row.OwnSeconds);

    /// <summary>
    /// Whether one function ran within another. Its time lies within the other's; but where the other was called again and again, with pauses that
    /// it fits into, the two took turns.
    /// </summary>
    private static bool Contains(Node outer, Node inner)
    {
        if (ReferenceEquals(outer, inner) || inner.Data.FirstStart < outer.Data.FirstStart - Tolerance || inner.Data.LastEnd > outer.Data.LastEnd + Tolerance)
            return false;
        var (longer, shorter) = (Span(outer.Data), Span(inner.Data));
        // Of two with the same time, the first is the outer one.
        if (longer <= shorter + Tolerance && (longer < shorter - Tolerance || outer.Order > inner.Order))
            return false;
        var pauses = outer.Data.Calls == 1 ? 0 : longer - outer.Data.ExecutionTime;
        return inner.Data.ExecutionTime <= outer.Data.ExecutionTime + Tolerance && (pauses <= Tolerance || inner.Data.ExecutionTime > pauses);
    }

    private static double Span(FunctionSnapshot function) => function.LastEnd - function.FirstStart;

    // Between the last end of what came before and the next first start there was surely nothing.
    private static double Uncovered(List<Node> roots, double seconds)
    {
        var (covered, uncovered) = (0.0, 0.0);
        foreach (var root in roots)
        {
            uncovered += Math.Max(0, root.Data.FirstStart - covered);
            covered = Math.Max(covered, root.Data.LastEnd);
        }

        return uncovered + Math.Max(0, seconds - covered);
    }

    private static bool IsErrorOf(TaskRun run, string function) => string.Equals(run.Error?.Function, function, StringComparison.Ordinal);

    private sealed class Node(string name, FunctionSnapshot data, int order)
    {
        public string Name => name;

        public FunctionSnapshot Data => data;

        public int Order => order;

        public Node? Parent { get; set; }

        public List<Node> Children { get; } = [];
    }
}

/// <summary>A function of a run.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Data">What it did.</param>
/// <param name="Depth">Within how many others it ran.</param>
/// <param name="OwnSeconds">Its time without that of those within it.</param>
/// <param name="IsError">Whether the run ended in it.</param>
internal sealed record WaterfallRow(string Name, FunctionSnapshot Data, int Depth, double OwnSeconds, bool IsError);
