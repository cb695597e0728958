using System.Reflection;
using BenchmarkDotNet.Running;

// Not by the type Program: the service has one too.
BenchmarkSwitcher.FromAssembly(Assembly.GetExecutingAssembly()).Run(args);
