global using DynamicSampling.Sampler.Decisions;
global using DynamicSampling.Sampler.Names;
global using DynamicSampling.Sampler.Rates;
global using DynamicSampling.Sampler.Reports;
global using DynamicSampling.Sampler.Service;
global using DynamicSampling.Sampler.Telemetry;
global using Microsoft.Extensions.Logging;
#if NET9_0_OR_GREATER
global using Gate = System.Threading.Lock;
#else
global using Gate = System.Object;
#endif
