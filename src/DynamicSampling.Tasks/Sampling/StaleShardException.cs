namespace DynamicSampling.Tasks.Sampling;

/// <summary>Another pass over the shard has begun, so this one may not publish any more.</summary>
/// <param name="lease">What the pass tried to publish with.</param>
public sealed class StaleShardException(ShardLease lease) : InvalidOperationException(
    $"Another node has taken shard {lease.Shard} over, because this one had not been heard of in time: what is left of its organizations is for that one to publish.")
{
    /// <summary>What the pass tried to publish with.</summary>
    public ShardLease Lease { get; } = lease;
}
