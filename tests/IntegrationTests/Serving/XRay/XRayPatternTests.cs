using DynamicSampling.Api.Serving.XRay;

namespace DynamicSampling.IntegrationTests.Serving.XRay;

public class XRayPatternTests
{
    [Theory]
    [InlineData("GET /", "GET", "/")]
    [InlineData("GET /cart", "GET", "/cart")]
    [InlineData("POST /order/", "POST", "/order/")]
    [InlineData("GET /order/{id}", "GET", "/order/*")]
    [InlineData("GET /order/{id:int}/items/{item?}", "GET", "/order/*/items/*")]
    [InlineData(@"GET /zip/{code:regex(^\d{{5}}$)}", "GET", "/zip/*")]
    [InlineData("GET /file/{name}.json", "GET", "/file/*.json")]
    [InlineData("GET /{from}-{to}", "GET", "/*-*")]
    [InlineData("GET /{a}{b}", "GET", "/*")]
    [InlineData("GET /{**rest}", "GET", "/*")]
    [InlineData("GET /user/:id", "GET", "/user/*")]
    [InlineData("GET /user/:id?", "GET", "/user/*")]
    [InlineData("GET /flight/:from-:to", "GET", "/flight/*-*")]
    [InlineData("POST /item/{id}:cancel", "POST", "/item/*:cancel")]
    [InlineData("GET /at/:30", "GET", "/at/:30")]
    [InlineData("GET /user/<int:id>", "GET", "/user/*")]
    [InlineData("GET /static/**", "GET", "/static/*")]
    [InlineData("PROPFIND /dav/*", "PROPFIND", "/dav/*")]
    public void OfTransaction_MethodAndRoute_HasParametersAsStars(string transaction, string method, string path) =>
        Assert.Equal(new XRayPattern(method, path), XRayPattern.OfTransaction(transaction));

    [Theory]
    [InlineData("GET")]
    [InlineData("GET ")]
    [InlineData(" /cart")]
    [InlineData("/cart")]
    [InlineData("process order")]
    [InlineData("get /cart")]
    [InlineData("GET cart")]
    [InlineData("GET  /cart")]
    [InlineData("WITHMORETHANSIXTEEN /cart")]
    [InlineData("GET /search?q=1")]
    [InlineData("GET /a*b")]
    [InlineData("GET /a/b?/c")]
    [InlineData("GET /cart/{id")]
    [InlineData("GET /cart/<id")]
    [InlineData("__other__")]
    public void OfTransaction_WhatPatternsCannotSay_IsNull(string transaction) => Assert.Null(XRayPattern.OfTransaction(transaction));
}
