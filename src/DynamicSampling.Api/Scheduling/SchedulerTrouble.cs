using System.Data.Common;
using DynamicSampling.Api.Storage;
using Quartz;

namespace DynamicSampling.Api.Scheduling;

/// <summary>
/// Says what keeps the scheduler from its work. It tries again every second by itself, so that a database that is down is worth one line, and not the many
/// that the scheduler writes: those are left out by appsettings.json.
/// </summary>
internal sealed class SchedulerTrouble(Database database, ILogger<SchedulerTrouble> logger) : ISchedulerListener
{
    private int _isCutOff;

    public ValueTask SchedulerError(IScheduler scheduler, SchedulerErrorContext context, CancellationToken cancellationToken = default)
    {
        if (context.Exception.GetBaseException() is DbException or IOException or System.Net.Sockets.SocketException)
        {
            if (Interlocked.Exchange(ref _isCutOff, 1) == 0)
                Log.SchedulerCutOff(logger, Reason(context.Exception));
        }
        else
        {
            Log.SchedulerFailed(logger, context.Exception, context.Message);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>A task has its turn: the scheduler works.</summary>
    public void IsOver()
    {
        if (Interlocked.Exchange(ref _isCutOff, 0) == 1)
            Log.SchedulerIsBack(logger);
    }

    private string Reason(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is DbException failure && database.Dialect.Explain(failure) is { } explanation)
                return explanation;
        }

        return exception.GetBaseException().Message;
    }
}
