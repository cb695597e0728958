namespace DynamicSampling.Tasks.Sampling;

/// <summary>
/// What a pass over a shard publishes with: the store refuses it from the moment on at which another pass over the shard has begun. So a process that was
/// held up and does not know that its shard was taken over cannot do harm.
/// </summary>
/// <param name="Shard">The shard.</param>
/// <param name="Epoch">Grows with each pass that begins.</param>
public sealed record ShardLease(OrganizationShard Shard, long Epoch);
