using DynamicSampling.Sampler.Names;

namespace DynamicSampling.Tests.Sampler;

public sealed class PathTemplatesTests
{
    private static readonly PathTemplates<string> Templates = Of(
        "GET /", "GET /cart", "GET /cart/{id}", "GET /cart/{id}/items", "GET /cart/new", "POST /cart", "GET /files/{*path}", "GET /files/{name}", "GET /files/latest/info",
        "GET api/values/{id?}", "GET {controller=Home}/{action=Index}/{id?}", "GET /orders/{id:int}", "GET /orders/{slug}", "GET", "work", "nightly /run", "GET /Über/{x}",
        "GET /deep/{a}/x/{b}", "GET /deep/{a}/{c}/y");

    [Theory]
    [InlineData("GET", "/", "GET /")]
    [InlineData("GET", "/cart", "GET /cart")]
    [InlineData("GET", "/cart/", "GET /cart")]
    [InlineData("GET", "//cart", "GET /cart")]
    [InlineData("GET", "/CART", "GET /cart")]
    [InlineData("POST", "/cart", "POST /cart")]
    [InlineData("PUT", "/cart", null)]
    [InlineData("get", "/cart", null)]
    [InlineData("GET", "/cart/5", "GET /cart/{id}")]
    [InlineData("GET", "/cart/new", "GET /cart/new")]
    [InlineData("GET", "/cart/new/items", "GET /cart/{id}/items")]
    [InlineData("GET", "/cart/5/items", "GET /cart/{id}/items")]
    [InlineData("GET", "/cart/5/items/6", null)]
    [InlineData("POST", "/nothing", null)]
    [InlineData("GET", "/files/a", "GET /files/{name}")]
    [InlineData("GET", "/files/a/b/c", "GET /files/{*path}")]
    [InlineData("GET", "/files", "GET /files/{*path}")]
    [InlineData("GET", "/files/latest/info", "GET /files/latest/info")]
    [InlineData("GET", "/files/latest", "GET /files/{name}")]
    [InlineData("GET", "/api/values", "GET api/values/{id?}")]
    [InlineData("GET", "/api/values/7", "GET api/values/{id?}")]
    [InlineData("GET", "/home", "GET {controller=Home}/{action=Index}/{id?}")]
    [InlineData("GET", "/home/about/7", "GET {controller=Home}/{action=Index}/{id?}")]
    [InlineData("GET", "/home/about/7/8", null)]
    [InlineData("GET", "/orders/7", "unclear")]
    [InlineData("GET", "/Über/7", "GET /Über/{x}")]
    [InlineData("GET", "/deep/1/x/2", "GET /deep/{a}/x/{b}")]
    [InlineData("GET", "/deep/1/x/y", "GET /deep/{a}/x/{b}")]
    [InlineData("GET", "/deep/1/z/y", "GET /deep/{a}/{c}/y")]
    public void Find_Path_IsTheMostLiteralTemplate(string method, string path, string? name) => Assert.Equal(name, Templates.Find(method, path));

    [Fact]
    public void Find_ManyTemplates_FindsEachOfThem()
    {
        var names = Enumerable.Range(0, 2000).Select(i => $"GET /v{i % 7}/resource{i}/{{id}}").ToArray();
        var templates = Of(names);

        Assert.All(names, name => Assert.Equal(name, templates.Find("GET", name[4..].Replace("{id}", "5", StringComparison.Ordinal))));
        Assert.Null(templates.Find("GET", "/v1/resource2000/5"));
    }

    [Theory]
    [InlineData("GET /cart", true)]
    [InlineData("GET cart/{id}", true)]
    [InlineData("GET health", true)]
    [InlineData("GET", false)]
    [InlineData("GET ", false)]
    [InlineData(" /cart", false)]
    [InlineData("work", false)]
    [InlineData("send /orders", false)]
    [InlineData("SELECT all orders", false)]
    public void IsTemplate_Name_IsAMethodAndAPath(string name, bool isTemplate) => Assert.Equal(isTemplate, PathTemplates<string>.IsTemplate(name));

    private static PathTemplates<string> Of(params string[] names) => new(names.Select(name => (name, name)), "unclear");
}
