namespace DynamicSampling.Simulation;

/// <summary>What decides on the factor that base rates are multiplied with. The base rates are the same for all.</summary>
internal enum Controller
{
    /// <summary>The task as it is.</summary>
    Ours,

    /// <summary>The last factor × target / what was kept of the last 5 minutes, out of 0.1 to 10 it is dropped; in every cycle.</summary>
    Reference,

    /// <summary>The same in every tenth cycle.</summary>
    SlowReference,

    /// <summary>No factor.</summary>
    None,
}
