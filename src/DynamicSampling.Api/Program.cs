using DynamicSampling.Api.CommandLine;

return await ServiceCommandLine.RunAsync(args, CommandEnvironment.OfProcess());
