namespace DynamicSampling.Tasks.Sampling.Rules;

/// <summary>The attributes of a trace that conditions ask for.</summary>
public interface IRuleFields
{
    /// <summary>An attribute's value; null when the trace has none.</summary>
    /// <param name="name">The attribute's name: <c>trace.x</c> is of the whole trace, <c>event.x</c> of its root operation.</param>
    string? Find(string name);
}
