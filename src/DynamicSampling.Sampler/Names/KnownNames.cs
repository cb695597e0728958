using System.Diagnostics;

namespace DynamicSampling.Sampler.Names;

/// <summary>
/// The names of operations that the sampler has found by itself: how requests were called at their end, and what other roots start as. They are forgotten
/// an hour after they were counted last, so that names which come no longer make room; so is that spans do not keep a name, an hour after one did not.
/// </summary>
internal sealed class KnownNames(int limit, TimeProvider clock)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    private readonly Gate _gate = new();
    private readonly Dictionary<string, long> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _passing = new(StringComparer.Ordinal);
    private bool _hasChanged;

    /// <summary>Learns from the first span of a trace that was kept, at its end.</summary>
    public void Learn(Activity root)
    {
        if (HttpRequestTags.AreOn(root))
        {
            if (PathTemplates<Operation>.IsTemplate(root.DisplayName))
                Learn(root.DisplayName);
        }
        else if (root.DisplayName == root.OperationName)
        {
            LearnKept(root.OperationName);
        }
        else
        {
            LearnPassing(root.OperationName);
        }
    }

    /// <summary>Learns a name, if there is room for it.</summary>
    public void Learn(string name)
    {
        if (!OperationNames.AreGood(name) || name == OperationNames.Other)
            return;
        lock (_gate)
        {
            if (_names.Count < limit && !_passing.ContainsKey(name))
                _hasChanged |= _names.TryAdd(name, clock.GetTimestamp());
        }
    }

    /// <summary>These have been counted just now.</summary>
    public void Touch(IEnumerable<string> names)
    {
        var now = clock.GetTimestamp();
        lock (_gate)
        {
            foreach (var name in names)
            {
                if (_names.ContainsKey(name))
                    _names[name] = now;
            }
        }
    }

    /// <summary>Forgets what has not been counted for long.</summary>
    /// <returns>Whether the names are others than those that were read last.</returns>
    public bool Refresh()
    {
        lock (_gate)
        {
            Forget(_names);
            Forget(_passing);
            return _hasChanged;
        }
    }

    /// <summary>All names, and those which spans only start with: they are no operations, since no span that arrives is called so.</summary>
    public (string[] Names, string[] Passing) Read()
    {
        lock (_gate)
        {
            _hasChanged = false;
            return ([.. _names.Keys], [.. _passing.Keys]);
        }
    }

    // One that ended otherwise was an exception, such as "job failed".
    private void LearnKept(string name)
    {
        lock (_gate)
            _hasChanged |= _passing.Remove(name);
    }

    private void LearnPassing(string name)
    {
        lock (_gate)
        {
            var isKnown = _passing.ContainsKey(name);
            if (!isKnown && _passing.Count >= limit)
                return;
            _hasChanged |= !isKnown | _names.Remove(name);
            _passing[name] = clock.GetTimestamp();
        }
    }

    private void Forget(Dictionary<string, long> names)
    {
        foreach (var (name, last) in names)
        {
            if (clock.GetElapsedTime(last) > Lifetime)
                _hasChanged |= names.Remove(name);
        }
    }
}
