namespace DynamicSampling.Api;

/// <summary>Every log message of the service; event ids are stable.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Information, "Applied schema script {Name}")]
    public static partial void SchemaApplied(ILogger logger, string name);

    [LoggerMessage(104, LogLevel.Information, "The database is {Path}")]
    public static partial void DatabaseOpened(ILogger logger, string path);

    [LoggerMessage(113, LogLevel.Information, "Before the schema changes, the database was copied to {Copy}")]
    public static partial void SchemaBackedUp(ILogger logger, string copy);

    [LoggerMessage(114, LogLevel.Information, "Dropped {Partition}, the volumes of a day that nobody asks for any more")]
    public static partial void PartitionDropped(ILogger logger, string partition);

    [LoggerMessage(115, LogLevel.Error, "A request could not be answered, because the database cannot be used: {Reason}")]
    public static partial void StorageUnavailable(ILogger logger, string reason);

    [LoggerMessage(116, LogLevel.Warning, "Waiting for the database: {Reason}")]
    public static partial void WaitingForDatabase(ILogger logger, string reason);

    [LoggerMessage(101, LogLevel.Warning, "{Count} runs were in progress when the process before this one ended; they are lost")]
    public static partial void RunsLost(ILogger logger, int count);

    [LoggerMessage(102, LogLevel.Error, "Deleting expired rows failed; it is tried again in ten minutes")]
    public static partial void RetentionFailed(ILogger logger, Exception exception);

    [LoggerMessage(105, LogLevel.Error, "Custom rule {Id} of organization {Organization} cannot be read and is left out")]
    public static partial void CustomRuleUnreadable(ILogger logger, Exception exception, string id, string organization);

    [LoggerMessage(106, LogLevel.Information, "The samples of custom rule {Id} of organization {Organization} are collected: {Collected} of {Samples}. Set Notifications:WebhookUrl to hear of it")]
    public static partial void SamplesCollected(ILogger logger, Guid id, string organization, double collected, long samples);

    [LoggerMessage(107, LogLevel.Error, "The bias {Bias} of project {Project} of organization {Organization} failed and is left out of its rules")]
    public static partial void BiasFailed(ILogger logger, Exception exception, string bias, string project, string organization);

    [LoggerMessage(108, LogLevel.Error, "The rates of organization {Organization} cannot be read; the last ones, or the default, go on being served")]
    public static partial void ServingFromMemory(ILogger logger, Exception exception, string organization);

    [LoggerMessage(140, LogLevel.Error, "What was counted cannot be stored; it is kept in memory and tried again every second. {Pending} counts wait besides")]
    public static partial void FlushFailed(ILogger logger, Exception exception, long pending);

    [LoggerMessage(141, LogLevel.Information, "What was counted is stored again")]
    public static partial void FlushRecovered(ILogger logger);

    [LoggerMessage(142, LogLevel.Critical, "{Count} counts could not be stored before the process had to end; they are lost")]
    public static partial void CountsLost(ILogger logger, long count);

    [LoggerMessage(143, LogLevel.Warning, "Service {Service} of organization {Organization} has more than {Max} transactions a minute (Ingest:MaxTransactionsPerProject); the others are counted as {Other}. Are there ids in its span names?")]
    public static partial void TransactionsFolded(ILogger logger, string service, string organization, int max, string other);

    [LoggerMessage(144, LogLevel.Error, "An OTLP request failed")]
    public static partial void OtlpFailed(ILogger logger, Exception exception);

    [LoggerMessage(145, LogLevel.Warning, "When clients polled could not be stored; it is tried again with their next polls")]
    public static partial void PollsNotStored(ILogger logger, Exception exception);

    [LoggerMessage(146, LogLevel.Warning, "When clients polled other nodes is not known; it is tried again in five seconds")]
    public static partial void PollsNotHeard(ILogger logger, Exception exception);

    [LoggerMessage(147, LogLevel.Information, "When clients polled other nodes is known again")]
    public static partial void PollsHeardAgain(ILogger logger);

    [LoggerMessage(120, LogLevel.Information, "It was time for {Task}, but run {RunId} of it is in progress; it runs when its time comes again")]
    public static partial void ScheduledRunSkipped(ILogger logger, string task, Guid runId);

    [LoggerMessage(121, LogLevel.Information, "Scheduling:Enabled is false: tasks run only when somebody asks for them")]
    public static partial void SchedulingDisabled(ILogger logger);

    [LoggerMessage(122, LogLevel.Error, "No task can start by itself, because the scheduler cannot use the database; it is tried every second. {Reason}")]
    public static partial void SchedulerCutOff(ILogger logger, string reason);

    [LoggerMessage(123, LogLevel.Information, "Tasks start by themselves again")]
    public static partial void SchedulerIsBack(ILogger logger);

    [LoggerMessage(124, LogLevel.Error, "The scheduler failed: {What}")]
    public static partial void SchedulerFailed(ILogger logger, Exception exception, string what);

    [LoggerMessage(110, LogLevel.Warning, "The volumes of single minutes have {Rows} rows, {Percent} % of Storage:MaxVolumeRows, {Limit}. Beyond it the oldest minutes are deleted. Raise it if the disk has room (about 50 bytes a row), or let transactions have names without ids in them")]
    public static partial void VolumesNearLimit(ILogger logger, long rows, long percent, long limit);

    [LoggerMessage(111, LogLevel.Warning, "The volumes of single minutes had {Rows} rows, more than Storage:MaxVolumeRows, {Limit}; {Deleted} were deleted, and of the minutes before {Start} only the sums of hours are left. Raise it if the disk has room (about 50 bytes a row), or let transactions have names without ids in them")]
    public static partial void VolumesCut(ILogger logger, long rows, long limit, long deleted, DateTimeOffset start);

    [LoggerMessage(112, LogLevel.Warning, "The volumes of the last two hours, which the sampling tasks need, have {Rows} rows, more than Storage:MaxVolumeRows, {Limit}. They stay. Raise it if the disk has room (about 50 bytes a row), or let transactions have names without ids in them")]
    public static partial void VolumesAboveLimit(ILogger logger, long rows, long limit);

    // 130 to 139: ports.
    [LoggerMessage(130, LogLevel.Warning, "Port {Port} is taken by another program, so {Protocol} is not served there. Send clients to http://localhost:{MainPort}, which serves it too, or stop that program and start the service again")]
    public static partial void PortTaken(ILogger logger, int port, string protocol, int mainPort);

    [LoggerMessage(131, LogLevel.Warning, "Port {Port} cannot be had ({Reason}), so {Protocol} is not served there. Send clients to http://localhost:{MainPort}, which serves it too")]
    public static partial void PortUnavailable(ILogger logger, int port, string reason, string protocol, int mainPort);

    // 420 to 439: limits.
    [LoggerMessage(420, LogLevel.Warning, "Requests are refused: {Reason} This is said once a minute for each limit, and the metric dynamic_sampling.limits.refused counts them")]
    public static partial void RequestRefused(ILogger logger, string reason);

    // 150 to 159: several processes.
    [LoggerMessage(150, LogLevel.Information, "This is node {Node}")]
    public static partial void NodeStarted(ILogger logger, string node);

    [LoggerMessage(151, LogLevel.Error, "This node cannot tell the others that it is there; it is tried every second. They take its runs for lost after ten seconds, and its shards over")]
    public static partial void NodeIsCutOff(ILogger logger, Exception exception);

    [LoggerMessage(152, LogLevel.Information, "This node is in touch with the others again")]
    public static partial void NodeIsBack(ILogger logger);

    [LoggerMessage(153, LogLevel.Error, "Another process calls itself {Node} as well. Give each a name of its own (Cluster:Node), or none")]
    public static partial void NodeDisplaced(ILogger logger, string node);

    [LoggerMessage(154, LogLevel.Warning, "{Count} runs were in progress on nodes that are dead; they are lost")]
    public static partial void RunsOfDeadNodesLost(ILogger logger, int count);

    [LoggerMessage(155, LogLevel.Warning, "Changes that other nodes make cannot be heard of; it is tried every second. The last rates go on being served")]
    public static partial void ChangesNotHeard(ILogger logger, Exception exception);

    [LoggerMessage(156, LogLevel.Information, "Changes that other nodes make are heard of again")]
    public static partial void ChangesHeardAgain(ILogger logger);

    [LoggerMessage(158, LogLevel.Warning, "The other nodes could not be told to look for runs to cancel; they look by themselves every second")]
    public static partial void ChangesNotTold(ILogger logger, Exception exception);

    [LoggerMessage(157, LogLevel.Error, "Run {Id} could not be stored as it ended; it is tried again. {Count} such runs are remembered")]
    public static partial void RunRemembered(ILogger logger, Guid id, int count);

    [LoggerMessage(440, LogLevel.Information, "Nobody is asked for a key, so the service listens on this machine only. The command keys create makes a key")]
    public static partial void LoopbackOnly(ILogger logger);

    [LoggerMessage(441, LogLevel.Information, "Requests need a key; {Count} keys are known")]
    public static partial void KeysRequired(ILogger logger, int count);

    [LoggerMessage(442, LogLevel.Warning, "Nobody is asked for a key: whoever reaches this service may change sampling (Authentication:AllowAnonymous)")]
    public static partial void AnonymousAllowed(ILogger logger);

    [LoggerMessage(443, LogLevel.Warning, "There are keys, or an issuer of tokens, but nobody is asked for one, because Authentication:AllowAnonymous is true")]
    public static partial void KeysIgnored(ILogger logger);

    [LoggerMessage(444, LogLevel.Information, "Keys have changed; {Count} are known now")]
    public static partial void KeysChanged(ILogger logger, int count);

    [LoggerMessage(445, LogLevel.Warning, "Keys cannot be read; those that are known go on counting: {Reason}")]
    public static partial void KeysNotRead(ILogger logger, string reason);

    [LoggerMessage(446, LogLevel.Error, "The keys in the settings have changed and are not right; those that are known go on counting: {Reason}")]
    public static partial void ConfiguredKeysWrong(ILogger logger, string reason);
}
