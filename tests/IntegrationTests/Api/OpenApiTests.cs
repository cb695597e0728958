using System.Net;
using System.Text;
using System.Text.Json;

namespace DynamicSampling.IntegrationTests.Api;

public class OpenApiTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, IndentSize = 2, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task Document_Now_IsTheApprovedOne()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var received = JsonSerializer.Serialize(await client.GetJsonAsync(OpenApiDocument.Path), Indented) + "\n";
        var approvedPath = Path.Combine(AppContext.BaseDirectory, "OpenApi", "approved.v1.json");
        var receivedPath = Path.Combine(AppContext.BaseDirectory, "OpenApi", "approved.v1.received.json");
        var approved = File.Exists(approvedPath) ? await File.ReadAllTextAsync(approvedPath) : "";
        if (received == approved)
        {
            File.Delete(receivedPath);
            return;
        }

        await File.WriteAllTextAsync(receivedPath, received);
        Assert.Fail(
            $"""
            The OpenAPI document has changed: {FirstDifference(approved, received)}
            If that is meant, approve it from the repository's root, and look at the diff:
              cp {receivedPath} tests/IntegrationTests/OpenApi/approved.v1.json
            """);
    }

    [Fact]
    public async Task Operations_All_HaveASummaryAndAnIdOfTheirOwn()
    {
        var operations = await OperationsAsync();

        Assert.NotEmpty(operations);
        Assert.All(operations, operation => Assert.False(string.IsNullOrWhiteSpace(operation.Value.GetProperty("summary").GetString()), operation.Name));
        Assert.Equal(operations.Count, operations.Select(operation => operation.Value.GetProperty("operationId").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task Contents_All_HaveAnExample()
    {
        var without = new List<string>();
        foreach (var operation in await OperationsAsync())
        {
            if (operation.Value.TryGetProperty("requestBody", out var body))
                without.AddRange(ContentsWithoutExample($"{operation.Name} request", body));
            foreach (var response in operation.Value.GetProperty("responses").EnumerateObject())
                without.AddRange(ContentsWithoutExample($"{operation.Name} {response.Name}", response.Value));
        }

        Assert.Empty(without);
    }

    [Fact]
    public async Task Schemas_Integers_AreNothingElse()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var types = new List<string>();
        Collect(await client.GetJsonAsync(OpenApiDocument.Path));

        Assert.NotEmpty(types);
        Assert.All(types, type => Assert.True(type is "\"integer\"" or "[\"null\",\"integer\"]", type));

        void Collect(JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in element.EnumerateArray())
                    Collect(item);
            }
            else if (element.ValueKind == JsonValueKind.Object)
            {
                foreach (var member in element.EnumerateObject())
                {
                    if (member.NameEquals("type") && member.Value.GetRawText().Contains("integer", StringComparison.Ordinal))
                        types.Add(string.Concat(member.Value.GetRawText().Where(character => !char.IsWhiteSpace(character))));
                    Collect(member.Value);
                }
            }
        }
    }

    [Fact]
    public async Task Examples_OfSuccess_HaveExactlyTheMembersOfTheirSchema()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var document = await client.GetJsonAsync(OpenApiDocument.Path);
        var problems = new List<string>();
        foreach (var operation in OpenApiDocument.Operations(document))
        {
            foreach (var response in operation.Value.GetProperty("responses").EnumerateObject())
            {
                if (response.Value.TryGetProperty("content", out var contents) && contents.TryGetProperty("application/json", out var content))
                    Compare(document, content.GetProperty("schema"), content.GetProperty("example"), $"{operation.Name} {response.Name} $", problems);
            }

            if (operation.Value.TryGetProperty("requestBody", out var body) && body.GetProperty("content").TryGetProperty("application/json", out var request))
                Compare(document, request.GetProperty("schema"), request.GetProperty("example"), $"{operation.Name} request $", problems);
        }

        Assert.Empty(problems);
    }

    [Fact]
    public async Task Examples_OfRequests_AreAccepted()
    {
        await using var host = new ApiHost();
        host.Clock.Advance(TimeSpan.FromHours(7));
        using var client = host.CreateClient();
        var sent = 0;
        foreach (var operation in OpenApiDocument.Operations(await client.GetJsonAsync(OpenApiDocument.Path)))
        {
            if (!operation.Value.TryGetProperty("requestBody", out var body))
                continue;
            foreach (var content in body.GetProperty("content").EnumerateObject())
            {
                var example = content.Value.GetProperty("example");
                var text = example.ValueKind == JsonValueKind.String ? example.GetString()! : example.GetRawText();
                var name = operation.Name.Split(' ');
                var path = name[1].Replace("{org}", "acme", StringComparison.Ordinal).Replace("{project}", "checkout", StringComparison.Ordinal)
                    .Replace("{task}", "boost_low_volume_projects", StringComparison.Ordinal);
                if (path.EndsWith("/custom-rules/{id}", StringComparison.Ordinal))
                    path = await CreateCustomRuleAsync(client);
                if (path.EndsWith("/rates:rollback", StringComparison.Ordinal))
                    await PublishAsync(client);
                using var request = new HttpRequestMessage(HttpMethod.Parse(name[0]), path) { Content = Bodies.Of(text, content.Name) };
                using var response = await client.SendAsync(request);
                Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created, $"{operation.Name} as {content.Name}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
                sent++;
            }
        }

        Assert.Equal(22, sent);
    }

    [Fact]
    public async Task Parameters_OfPaths_AreAllDescribedWithAnExample()
    {
        foreach (var (name, operation) in await OperationsAsync())
        {
            var described = operation.TryGetProperty("parameters", out var parameters)
                ? parameters.EnumerateArray().Where(parameter => parameter.GetProperty("in").GetString() == "path").ToDictionary(parameter => parameter.GetProperty("name").GetString()!)
                : [];
            var inPath = name.Split('/').Where(segment => segment.StartsWith('{')).Select(segment => segment.Trim('{', '}')).ToList();

            Assert.Equal(inPath, described.Keys);
            Assert.All(inPath.Where(parameter => parameter is "org" or "project"), parameter => Assert.True(described[parameter].TryGetProperty("example", out _), name));
        }
    }

    [Fact]
    public async Task Schemas_Descriptions_NameNoTypesOfThisProgram()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var document = await client.GetStringAsync(OpenApiDocument.Path);

        Assert.DoesNotContain("&lt;", document, StringComparison.Ordinal);
        Assert.DoesNotContain("double? ", document, StringComparison.Ordinal);
        Assert.DoesNotContain("IReadOnlyList", document, StringComparison.Ordinal);
    }

    private static async Task PublishAsync(HttpClient client)
    {
        using var put = await client.PutAsync("/api/organizations/acme", Bodies.Of("{}"));
        using var run = await client.RunTaskAsync("sliding_window_org", new { organization = "acme" });
    }

    private static async Task<string> CreateCustomRuleAsync(HttpClient client)
    {
        using var response = await client.PostAsync("/api/organizations/acme/custom-rules", Bodies.Of(
            """{"condition":{"op":"eq","name":"event.transaction","value":["GET /"]},"samples":1,"end":"2026-11-23T16:00:00Z"}"""));
        return response.Headers.Location!.OriginalString;
    }

    private static async Task<List<(string Name, JsonElement Value)>> OperationsAsync()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        return OpenApiDocument.Operations(await client.GetJsonAsync(OpenApiDocument.Path));
    }

    private static IEnumerable<string> ContentsWithoutExample(string name, JsonElement described) =>
        described.TryGetProperty("content", out var contents)
            ? contents.EnumerateObject().Where(content => !content.Value.TryGetProperty("example", out _)).Select(content => $"{name} {content.Name}")
            : [];

    // Types are left to the reader; what an example must not do is to name members that there are not, or lack those that are required.
    private static void Compare(JsonElement document, JsonElement schema, JsonElement example, string path, List<string> problems)
    {
        schema = OpenApiDocument.Resolve(document, schema);
        if (example.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            foreach (var item in example.EnumerateArray())
                Compare(document, items, item, $"{path}[]", problems);
        }

        if (example.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("properties", out var properties))
            return;
        foreach (var member in example.EnumerateObject())
        {
            if (properties.TryGetProperty(member.Name, out var property))
                Compare(document, property, member.Value, $"{path}.{member.Name}", problems);
            else
                problems.Add($"{path}.{member.Name} is not in the schema");
        }

        if (schema.TryGetProperty("required", out var required))
        {
            problems.AddRange(required.EnumerateArray().Select(name => name.GetString()!)
                .Where(name => !example.TryGetProperty(name, out _)).Select(name => $"{path}.{name} is required"));
        }
    }

    private static string FirstDifference(string approved, string received)
    {
        var (before, after) = (approved.Split('\n'), received.Split('\n'));
        var line = before.Zip(after).TakeWhile(pair => pair.First == pair.Second).Count();
        return new StringBuilder()
            .Append(System.Globalization.CultureInfo.InvariantCulture, $"line {line + 1}\n- {before.ElementAtOrDefault(line)}\n+ {after.ElementAtOrDefault(line)}")
            .ToString();
    }
}
