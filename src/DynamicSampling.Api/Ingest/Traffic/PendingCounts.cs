using System.Runtime.InteropServices;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Ingest.Traffic;

/// <summary>
/// Counts of one service that are not stored yet. Names stay when their counts have been taken, so that a flush does not make the next
/// spans allocate them again; those that come no longer are forgotten. Not thread-safe.
/// </summary>
internal sealed class PendingCounts
{
    private const int MaxReleases = 100;

    private readonly Dictionary<string, Slot> _names = new(StringComparer.Ordinal);

    // Nearly all spans of a flush belong to one minute or the next; the few others go here.
    private Dictionary<(string Name, int Minute), VolumeCount>? _otherMinutes;
    private List<PendingRelease>? _releases;
    private int _newestMinute;
    private int _sweptMinute;

    /// <summary>Keys that wait to be stored.</summary>
    public int Count { get; private set; }

    /// <summary>When spans were folded last, as a minute since the Unix epoch; 0 for never.</summary>
    public int FoldedMinute { get; private set; }

    /// <summary>How many names are remembered, with or without counts.</summary>
    public int KnownNames => _names.Count;

    /// <summary>Whether there is nothing to store.</summary>
    public bool IsEmpty => Count == 0 && _releases is null;

    /// <summary>Counts a kept span.</summary>
    /// <param name="name">The transaction.</param>
    /// <param name="minute">The minute since the Unix epoch.</param>
    /// <param name="total">How many traces it stands for.</param>
    /// <param name="maxNames">How many transactions are told apart in a minute; the others are counted under one name.</param>
    /// <returns>False if it was counted under that name.</returns>
    public bool Add(ReadOnlySpan<char> name, int minute, double total, int maxNames)
    {
        _newestMinute = Math.Max(_newestMinute, minute);
        var names = _names.GetAlternateLookup<ReadOnlySpan<char>>();
        ref var slot = ref CollectionsMarshal.GetValueRefOrNullRef(names, name);
        var isOwn = true;
        if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref slot))
        {
            // The name for all others is not one of them.
            isOwn = HasRoom(maxNames) || name.SequenceEqual(Names.OtherTransactions);
            slot = ref CollectionsMarshal.GetValueRefOrAddDefault(names, isOwn ? name : Names.OtherTransactions, out _);
            if (!isOwn)
                FoldedMinute = Math.Max(FoldedMinute, minute);
        }

        if (slot.Minute != minute && slot.Kept > 0)
        {
            AddToOtherMinute(isOwn ? name : Names.OtherTransactions, ref slot, minute, total);
            return isOwn;
        }

        if (slot.Kept == 0)
            Count++;
        slot.Minute = minute;
        slot.Total += total;
        slot.Kept++;
        return isOwn;
    }

    /// <summary>A release was seen.</summary>
    public void AddRelease(ReadOnlySpan<char> release, ReadOnlySpan<char> environment, int minute)
    {
        _releases ??= [];
        foreach (ref var known in CollectionsMarshal.AsSpan(_releases))
        {
            if (!release.SequenceEqual(known.Release) || !environment.SequenceEqual(known.Environment))
                continue;
            known.Minutes = new(Math.Min(known.Minutes.First, minute), Math.Max(known.Minutes.Last, minute));
            return;
        }

        // There are few; more at once is a mistake.
        if (_releases.Count < MaxReleases)
            _releases.Add(new(release.ToString(), environment.ToString(), new(minute, minute)));
    }

    /// <summary>Moves counts into a batch.</summary>
    /// <param name="organization">The organization's name.</param>
    /// <param name="project">The project's name.</param>
    /// <param name="batch">The batch.</param>
    /// <param name="last">Later minutes than this stay.</param>
    /// <returns>How many keys they have.</returns>
    public int Take(string organization, string project, VolumeBatch batch, int last = int.MaxValue)
    {
        var taken = 0;
        if (Count > 0)
        {
            foreach (var name in _names.Keys)
            {
                ref var slot = ref CollectionsMarshal.GetValueRefOrNullRef(_names, name);
                if (slot.Kept == 0 || slot.Minute > last)
                    continue;
                batch.Add(new(organization, project, name, slot.Minute), new(slot.Total, slot.Kept));
                slot.Kept = 0;
                slot.Total = 0;
                taken++;
            }

            foreach (var ((name, minute), count) in _otherMinutes ?? [])
            {
                if (minute > last)
                    continue;
                batch.Add(new(organization, project, name, minute), count);
                _otherMinutes!.Remove((name, minute));
                taken++;
            }

            if (_otherMinutes is { Count: 0 })
                _otherMinutes = null;
            Count -= taken;
        }

        foreach (var release in _releases ?? [])
        {
            var key = new ReleaseKey(organization, project, release.Release, release.Environment);
            batch.AddRelease(key, release.Minutes.First);
            batch.AddRelease(key, release.Minutes.Last);
        }

        _releases = null;
        return taken;
    }

    /// <summary>Forgets names that wait for nothing and have not come since a minute, and the memory that they took.</summary>
    public void Forget(int minute)
    {
        Remove(minute);
        if (_names.Capacity > 4 * Math.Max(_names.Count, 16))
            _names.TrimExcess();
    }

    private void AddToOtherMinute(ReadOnlySpan<char> name, ref Slot slot, int minute, double total)
    {
        var text = NameOf(name);
        var other = (Minute: minute, Total: total, Kept: 1u);
        if (minute > slot.Minute)
        {
            // The newest minute has the slot: that is where the next spans belong.
            other = (slot.Minute, slot.Total, slot.Kept);
            slot = new() { Minute = minute, Total = total, Kept = 1 };
        }

        _otherMinutes ??= [];
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_otherMinutes, (text, other.Minute), out var exists);
        sum = new(sum.Total + other.Total, sum.Kept + other.Kept);
        if (!exists)
            Count++;
    }

    // The string that the table has.
    private string NameOf(ReadOnlySpan<char> name)
    {
        _names.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var text, out _);
        return text!;
    }

    private bool HasRoom(int maxNames)
    {
        if (_names.Count < maxNames)
            return true;
        // Once a minute, or a flood of names would make every span look at all of them.
        if (_sweptMinute == _newestMinute)
            return false;
        _sweptMinute = _newestMinute;
        Remove(_newestMinute);
        return _names.Count < maxNames;
    }

    private void Remove(int before)
    {
        foreach (var (name, slot) in _names)
        {
            if (slot.Kept == 0 && slot.Minute < before)
                _names.Remove(name);
        }
    }

    /// <summary>Small, because there is one for each transaction of each service.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Slot
    {
        public double Total;
        public uint Kept;
        public int Minute;
    }

    [StructLayout(LayoutKind.Auto)]
    private record struct PendingRelease(string Release, string Environment, MinuteWindow Minutes);
}
