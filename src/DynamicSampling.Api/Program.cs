using DynamicSampling.Api;

await ApiBuilder.Build(args).RunAsync();
