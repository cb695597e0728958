using System.Runtime.CompilerServices;

namespace DynamicSampling.PostgresTests;

/// <summary>Turns the switch of the integration tests.</summary>
internal static class OnPostgres
{
    [ModuleInitializer]
    internal static void Choose() => Environment.SetEnvironmentVariable("DYNAMIC_SAMPLING_TESTS_STORAGE", "postgres");
}
