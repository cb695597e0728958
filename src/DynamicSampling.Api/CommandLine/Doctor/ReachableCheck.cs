namespace DynamicSampling.Api.CommandLine.Doctor;

/// <summary>Whether the database can be read.</summary>
internal sealed class ReachableCheck(StorageProbe storage) : IDoctorCheck
{
    public string Name => "storage";

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await storage.ReadAsync(storage.FindSchemaVersionAsync, cancellationToken);
            return [Finding.Ok($"{storage.Name} can be read.")];
        }
        catch (Exception exception) when (Failures.Describe(exception) is { } sentence)
        {
            return [Finding.Problem(sentence)];
        }
    }
}
