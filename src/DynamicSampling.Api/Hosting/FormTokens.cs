using Microsoft.AspNetCore.Antiforgery;

namespace DynamicSampling.Api.Hosting;

/// <summary>Refuses forms without the token of their page. The framework finds that out, but leaves it to whoever reads the form to answer.</summary>
internal sealed class FormTokens(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http) => http.Features.Get<IAntiforgeryValidationFeature>() is { IsValid: false }
        ? Refusals.WriteAsync(http, StatusCodes.Status400BadRequest, "The antiforgery token is missing or not right: use the button on the page.")
        : next(http);
}
