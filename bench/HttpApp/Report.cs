namespace DynamicSampling.HttpApp;

internal sealed record Report(int Rows, double Rate);
