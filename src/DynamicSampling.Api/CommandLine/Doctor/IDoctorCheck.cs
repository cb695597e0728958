namespace DynamicSampling.Api.CommandLine.Doctor;

/// <summary>One thing that the doctor looks at. It changes nothing.</summary>
internal interface IDoctorCheck
{
    /// <summary>A word for the beginning of the line.</summary>
    string Name { get; }

    /// <returns>What it has found; one that says so when all is well.</returns>
    Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken);
}
