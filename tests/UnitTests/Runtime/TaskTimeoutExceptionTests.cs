using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Tests.Runtime;

public sealed class TaskTimeoutExceptionTests
{
    [Fact]
    public void Message_SaysWhatHappened()
    {
        var exception = new TaskTimeoutException("acme.report", "fetch", TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(2.25));

        Assert.Equal("acme.report has used up its budget of 1.5 s (it has run for 2.25 s), so fetch was not started.", exception.Message);
        Assert.Equal(
            ("acme.report", "fetch", 1.5, 2.25),
            (exception.TaskName, exception.Function, exception.MaxExecution.TotalSeconds, exception.Elapsed.TotalSeconds));
        Assert.IsAssignableFrom<TimeoutException>(exception);
    }
}
