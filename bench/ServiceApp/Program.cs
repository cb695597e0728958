using System.Globalization;
using DynamicSampling.Api;
using DynamicSampling.ServiceApp;
using DynamicSampling.ServiceApp.Soak;

// The service as it is, and beside it, in the same process on another port, endpoints that do what nobody can do without. See ../http.
//
//   serve  [settings]                  both; says where they listen
//   bodies DIRECTORY                   writes exports for ingest.sh to send
//   heap                               fills the service with counts and prints what they take up
//   soak ASSEMBLY WARM-UP SECONDS      starts the published service and loads it; fails when its memory grows. See ../soak.sh
switch (args)
{
    case ["serve", .. var settings]:
        await ServeAsync(settings);
        return 0;
    case ["bodies", var directory]:
        BodyFiles.Write(directory);
        return 0;
    case ["heap"]:
        await HeapUse.MeasureAsync();
        return 0;
    case ["soak", var assembly, var warmUp, var seconds]:
        return await SoakRun.RunAsync(assembly, int.Parse(warmUp, CultureInfo.InvariantCulture), int.Parse(seconds, CultureInfo.InvariantCulture));
    default:
        await Console.Error.WriteLineAsync("serve [settings], bodies DIRECTORY, heap or soak ASSEMBLY WARM-UP SECONDS");
        return 1;
}

static async Task ServeAsync(string[] settings)
{
    await using var service = ApiBuilder.Build(settings);
    await service.StartAsync();
    await PublishedRates.PublishAsync(service.Services);
    await using var bare = await BareEndpoints.BuildAsync(service.Services, settings);
    await bare.StartAsync();
    Console.WriteLine($"Service: {service.Urls.First()}");
    Console.WriteLine($"Bare: {bare.Urls.First()}");
    // The scripts wait for this.
    Console.WriteLine("Now listening on: both");
    await service.WaitForShutdownAsync();
    await bare.StopAsync();
}
