namespace DynamicSampling.IntegrationTests.Clients;

/// <summary>A test with clients that run in Node.js; see <see cref="NodeClients"/>.</summary>
internal sealed class NodeFactAttribute : FactAttribute
{
    public NodeFactAttribute() => Skip = NodeClients.ReasonToSkip;
}

/// <summary>A test with clients that run in Node.js, once for each row of data.</summary>
internal sealed class NodeTheoryAttribute : TheoryAttribute
{
    public NodeTheoryAttribute() => Skip = NodeClients.ReasonToSkip;
}
