using System.Diagnostics;
using DynamicSampling.IntegrationTests.Deploy;

namespace DynamicSampling.IntegrationTests.Sampler;

/// <summary>The package as somebody gets it: packed, restored from a folder by a project of its own, built and run.</summary>
public sealed class PackageTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sampler-consumer-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Package_OfTheSampler_IsUsedByAnotherProject()
    {
        var packages = Path.Combine(_folder.FullName, "feed");
        await RunAsync(
            Repository.PathOf("."), "pack", "src/DynamicSampling.Sampler", "-c", "Release", "-o", packages, "-p:RunAnalyzers=false", "-p:UseSharedCompilation=false",
            $"-p:ArtifactsPath={Path.Combine(_folder.FullName, "artifacts")}");
        var package = Path.GetFileName(Assert.Single(Directory.GetFiles(packages, "*.nupkg")));
        var version = package["DynamicSampling.Sampler.".Length..^".nupkg".Length];
        var consumer = _folder.CreateSubdirectory("consumer").FullName;
        await WriteAsync("Consumer.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <RestoreAdditionalProjectSources>{packages}</RestoreAdditionalProjectSources>
                <RestorePackagesPath>{Path.Combine(_folder.FullName, "restored")}</RestorePackagesPath>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="DynamicSampling.Sampler" Version="{version}" />
              </ItemGroup>
            </Project>
            """);
        await WriteAsync("Program.cs", """
            using System.Diagnostics;
            using OpenTelemetry;
            using OpenTelemetry.Trace;

            using var source = new ActivitySource("consumer");
            using var provider = Sdk.CreateTracerProviderBuilder().AddSource("consumer")
                .AddDynamicSampling(options => (options.Endpoint, options.InitialSampleRate) = (new("http://127.0.0.1:9"), 1))
                .Build();
            using var root = source.StartActivity("work");
            Console.WriteLine($"decision: {root?.Recorded} {root?.TraceStateString}");
            """);

        Assert.Contains("decision: True ot=th:0", await RunAsync(consumer, "run", "-p:UseSharedCompilation=false"), StringComparison.Ordinal);

        Task WriteAsync(string name, string text) => File.WriteAllTextAsync(Path.Combine(consumer, name), text);
    }

    private static async Task<string> RunAsync(string folder, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // No build server stays behind.
            Environment = { ["MSBUILDDISABLENODEREUSE"] = "1", ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0", ["DOTNET_NOLOGO"] = "1" },
        })!;
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, string.Concat(said));
        return said[0];
    }
}
