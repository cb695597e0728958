using System.Text.Json;
using DynamicSampling.Tasks.Models;

namespace DynamicSampling.Tests.Models;

public sealed class ProjectsModelTests
{
    private static readonly JsonElement Vector = Vectors.Read("projects_rebalancing");

    public static TheoryData<int> Cases => new(Enumerable.Range(0, Vector.GetProperty("cases").GetArrayLength()));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rebalance_ConformanceCase_IsAsExpected(int number)
    {
        var given = Vector.GetProperty("cases")[number];
        var expected = given.GetProperty("expected");

        var (classes, rates) = Rebalance(given.GetProperty("counts"), given.GetProperty("rate").GetDouble());

        Assert.Equal(expected.EnumerateObject().Count(), classes.Length);
        for (var index = 0; index < classes.Length; index++)
            Assert.Equal(expected.GetProperty(classes[index].Id).GetDouble(), rates[index], Vector.GetProperty("tolerance").GetDouble());
    }

    [Fact]
    public void Rebalance_RealVolumes_KeepsTheQuietWholeAndSpendsTheBudget()
    {
        const double Target = 0.036;
        var (classes, rates) = Rebalance(Vectors.Read("real_volumes_30_projects").GetProperty("counts"), Target);

        Assert.Equal(30, classes.Length);
        Assert.Equal(25, rates.Count(rate => rate == 1));
        var budget = classes.Sum(project => project.Count) * Target;
        Assert.Equal(1, classes.Zip(rates, (project, rate) => project.Count * rate).Sum() / budget, 1e-9);
        var loud = classes.Zip(rates).Where(item => item.Second < 1).Select(item => item.First.Count * item.Second).ToList();
        Assert.All(loud, spent => Assert.Equal(1, spent / loud[0], 1e-9));
    }

    [Fact]
    public void Rebalance_DuplicateProject_IsRefused() =>
        Assert.Throws<ArgumentException>("classes", () => ProjectsModel.Rebalance([new("a", 1), new("a", 2)], new double[2], 0.5));

    private static (ClassVolume[] Classes, double[] Rates) Rebalance(JsonElement counts, double target)
    {
        ClassVolume[] classes = [.. counts.EnumerateObject().Select(item => new ClassVolume(item.Name, item.Value.GetDouble()))];
        var rates = new double[classes.Length];
        ProjectsModel.Rebalance(classes, rates, target);
        return (classes, rates);
    }
}
