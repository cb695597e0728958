using System.Runtime.CompilerServices;
using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Tests.Runtime;

public sealed class IterateTests : IDisposable
{
    private const string Function = "pages";
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(10);

    private readonly ManualTimeProvider _clock = new();
    private readonly TaskContext _task;

    public IterateTests() => _task = new("report", Budget, _clock);

    private FunctionSnapshot Pages => _task.Snapshot().TaskData[Function];

    public void Dispose() => _task.Dispose();

    [Fact]
    public async Task Iterate_Production_IsTimedAndConsumptionIsNot()
    {
        var items = await ConsumeAsync(Produce(3, seconds: 1), seconds: 2);

        Assert.Equal([0, 1, 2], items);
        Assert.Equal(
            new() { NumIterations = 3, ExecutionTime = 3, Calls = 4, MaxExecutionTime = 1, FirstStart = 0, LastEnd = 9 }, Pages);
    }

    [Fact]
    public async Task Iterate_EndOfSequenceAfterTheDeadline_IsNoTimeout()
    {
        var items = await ConsumeAsync(Produce(3), seconds: 4);

        Assert.Equal([0, 1, 2], items);
        Assert.True(_task.IsExpired);
    }

    [Fact]
    public async Task Iterate_MoreItemsAfterTheDeadline_IsATimeout()
    {
        List<int> items = [];

        var refused = await Assert.ThrowsAsync<TaskTimeoutException>(() => ConsumeAsync(Produce(4), seconds: 4, items));

        Assert.Equal([0, 1, 2], items);
        Assert.Equal((Function, _task.Name, Budget), (refused.Function, refused.TaskName, refused.MaxExecution));
        Assert.Equal(3, Pages.NumIterations);
        Assert.Equal((Function, CancelReason.Budget), (_task.FunctionThatThrew(refused), _task.CancelReason));
    }

    [Fact]
    public async Task Iterate_ItemUnderWayAtTheDeadline_IsStillGiven()
    {
        List<int> items = [];

        await Assert.ThrowsAsync<TaskTimeoutException>(() => ConsumeAsync(Produce(3, seconds: 6), seconds: 0, items));

        Assert.Equal([0, 1], items);
    }

    [Fact]
    public async Task Iterate_AtTheDeadline_GoesOn()
    {
        _clock.Advance(Budget);

        Assert.Equal([0, 1], await ConsumeAsync(Produce(2), seconds: 0));
    }

    [Fact]
    public async Task Iterate_SourceObservesTheToken_StopsAtTheDeadline()
    {
        var canceled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ConsumeAsync(ProduceObserving(), seconds: 4));

        Assert.Equal((_task.CancellationToken, Function), (canceled.CancellationToken, _task.FunctionThatThrew(canceled)));
        Assert.Equal(3, Pages.NumIterations);
    }

    [Fact]
    public async Task Iterate_Canceled_EndsAsCanceled()
    {
        List<int> items = [];
        var canceled = await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            await foreach (var item in _task.Iterate(Function, Produce(3)))
            {
                items.Add(item);
                _task.Cancel(CancelReason.Operator);
            }
        });

        Assert.Equal([0], items);
        Assert.Equal((_task.CancellationToken, Function), (canceled.CancellationToken, _task.FunctionThatThrew(canceled)));
    }

    [Fact]
    public async Task Iterate_SourceThrows_IsNamedByTheFunction()
    {
        List<int> items = [];
        var thrown = new InvalidDataException();

        Assert.Same(thrown, await Assert.ThrowsAsync<InvalidDataException>(() => ConsumeAsync(Produce(2, seconds: 1, thrown), seconds: 1, items)));

        Assert.Equal([0, 1], items);
        Assert.Equal(Function, _task.FunctionThatThrew(thrown));
        Assert.Equal((2, 3, 2, false), (Pages.NumIterations, Pages.Calls, Pages.ExecutionTime, _task.GetTimer(Function).Read().IsRunning));
    }

    [Fact]
    public async Task Iterate_ConsumerStops_DisposesTheSource()
    {
        var disposed = false;
        async IAsyncEnumerable<int> Endless()
        {
            try
            {
                for (var item = 0; ; item++)
                {
                    await Task.Yield();
                    yield return item;
                }
            }
            finally
            {
                disposed = true;
            }
        }

        await foreach (var item in _task.Iterate(Function, Endless()))
        {
            if (item == 2)
                break;
        }

        Assert.True(disposed);
        Assert.Equal(3, Pages.NumIterations);
    }

    [Fact]
    public async Task Iterate_Empty_IsOneCallWithoutIterations()
    {
        Assert.Empty(await ConsumeAsync(Produce(0), seconds: 1));
        Assert.Equal((1, 0), (Pages.Calls, Pages.NumIterations));
    }

    [Fact]
    public async Task Iterate_EndedMeanwhile_SaysToAwait() => Assert.Contains(
        "has ended",
        (await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (var _ in _task.Iterate(Function, Produce(3)))
                _task.End();
        })).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Iterate_NoSource_IsRefusedByTheCall() =>
        Assert.Throws<ArgumentNullException>("source", () => { _ = _task.Iterate<int>(Function, (IAsyncEnumerable<int>)null!); });

    [Fact]
    public async Task Iterate_Body_GetsTheFunctionsStatisticsAndTheToken()
    {
        await foreach (var item in _task.Iterate(Function, Body))
            Assert.Equal(7, item);

        Assert.Equal((1, 5), (_task.GetFunctionState(Function).NumIterations, _task.GetFunctionState(Function).NumRowsTotal));

        async IAsyncEnumerable<int> Body(FunctionState function, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Assert.Equal(_task.CancellationToken, cancellationToken);
            await Task.CompletedTask;
            function.AddRows(5);
            yield return 7;
        }
    }

    private async IAsyncEnumerable<int> Produce(int count, double seconds = 0, Exception? thrown = null)
    {
        for (var item = 0; item < count; item++)
        {
            await Task.Yield();
            _clock.Advance(seconds);
            yield return item;
        }

        if (thrown is not null)
            throw thrown;
    }

    private static async IAsyncEnumerable<int> ProduceObserving([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var item = 0; ; item++)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            yield return item;
        }
    }

    private async Task<List<int>> ConsumeAsync(IAsyncEnumerable<int> source, double seconds, List<int>? items = null)
    {
        items ??= [];
        await foreach (var item in _task.Iterate(Function, source))
        {
            items.Add(item);
            _clock.Advance(seconds);
        }

        return items;
    }
}
