using DynamicSampling.Api;
using DynamicSampling.Api.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

try
{
    await ApiBuilder.Build(args).RunAsync();
    return 0;
}
catch (Exception exception) when (exception is StartupException or OptionsValidationException or IOException { InnerException: AddressInUseException })
{
    // The sentence says what to do; a stack trace would hide it.
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}
