using System.Text.Json;
using DynamicSampling.Tasks.SamplingTasks;

namespace DynamicSampling.Tests.SamplingTasks;

public class OrganizationBatchesTests
{
    private static readonly JsonElement Vector = Vectors.Read("batching").GetProperty("cases");

    public static TheoryData<int> Cases => new(Enumerable.Range(0, Vector.GetArrayLength()));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Split_ConformanceCase_GivesItsBatches(int number)
    {
        var given = Vector[number];
        var organizations = Enumerable.Range(0, given.GetProperty("orgs").GetInt32()).ToList();
        var projects = given.GetProperty("projectsPerOrg").GetInt32();
        var batches = OrganizationBatches.Split(
            organizations, _ => projects, given.GetProperty("maxOrgs").GetInt32(), given.GetProperty("maxProjects").Deserialize<long?>() ?? long.MaxValue).ToList();

        Assert.Equal(given.GetProperty("batches").Deserialize<int[]>(), batches.Select(batch => batch.Count));
        Assert.Equal(organizations, batches.SelectMany(batch => batch));
    }

    [Fact]
    public void Split_LargerThanTheLimit_IsABatchWithThoseBefore() =>
        Assert.Equal([[1, 9000], [2], [5000], [1]], OrganizationBatches.Split([1, 9000, 2, 5000, 1], projects => projects == 2 ? 5000 : projects, 100, 5000));

    [Fact]
    public void Split_None_HasNoBatch() => Assert.Empty(OrganizationBatches.Split(Array.Empty<int>(), _ => 1, 3, 3));
}
